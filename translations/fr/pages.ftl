# Mots des pages.

## Frame

skip = Aller au contenu
acting-for = Vous agissez pour
search = Rechercher
search-hint = Référence ou identifiant
language = Langue
theme = Couleurs
theme-auto = Auto
theme-light = Clair
theme-dark = Sombre
sign-in = Se connecter
sign-out = Se déconnecter
main-navigation = Principal
demo-note = Démonstration : organisations, personnes et affaires sont fictives.
nav-work = Mon travail
nav-requests = Demandes
nav-new = Nouvelle demande
nav-directory = Annuaire
nav-procedures = Procédures
nav-organisation = Notre organisation
nav-trail = Journal
nav-figures = Chiffres
nav-outbox = Boîte d'envoi
nav-status = État
breadcrumb = Où vous êtes
pages = Pages
sections = Sections
all = toutes
yes = Oui
no = Non
apply = Appliquer
clear = Effacer
next-page = Suivant
unreviewed = règle non relue
version = version {$version}
edition = édition {$edition}

## Writing of times

weekday-1 = lun.
weekday-2 = mar.
weekday-3 = mer.
weekday-4 = jeu.
weekday-5 = ven.
weekday-6 = sam.
weekday-7 = dim.
month-1 = janv.
month-2 = févr.
month-3 = mars
month-4 = avr.
month-5 = mai
month-6 = juin
month-7 = juil.
month-8 = août
month-9 = sept.
month-10 = oct.
month-11 = nov.
month-12 = déc.
duration-seconds = {$count} s
duration-minutes = {$count} min
duration-hours = {$count} h
duration-days = {$count} j
bytes-b = {$count} o
bytes-kb = {$count} ko
bytes-mb = {$count} Mo
bytes-gb = {$count} Go
clock-left = reste {$duration}
clock-paused = suspendu, reste {$duration}
clock-paused-short = suspendu
clock-overdue = dépassé de {$duration}
clock-met = fait à temps
clock-missed = fait trop tard
clock-how = comment c'est compté
clock-on-expiry = À l'échéance :

## Lists

work-count = {$count ->
    [0] Rien ne vous attend.
    [1] Une chose vous attend.
   *[other] {$count} choses vous attendent.
 }
work-empty = Rien ne vous attend.
work-empty-how = Les demandes apparaissent ici quand c'est votre tour.
queue-open = {$count} en cours, les plus urgentes d'abord
queue-caption = Demandes, les plus urgentes d'abord, puis par échéance
queue-empty = Aucune demande ne correspond.
queue-empty-how = Effacer les filtres ou attendre la première demande.
queue-ended = Aussi terminées
col-task = Quoi
col-clock = Délai
col-reference = Référence
col-parties = Entre
col-from = De
col-to = À
col-items = Éléments
col-state = État
no-clock = aucun délai en cours
priority = Priorité
priority-hint = L'urgence vitale signifie des délais plus courts et davantage de contrôles ; chaque usage est réexaminé.
procedure = Procédure

## New request

offer-whom = À qui demandez-vous ?
offer-search = Chercher dans l'annuaire
offer-search-hint = Nom, service ou deux lettres du pays
offer-none = Personne ne correspond dans l'annuaire.
offer-none-how = Écrivez moins de lettres, le nom d'un service ou les deux lettres du pays. Qui n'est pas dans l'annuaire ne peut pas être sollicité ici : voyez votre administrateur, ou passez par un point de contact.
offer-more = Les {$count} premiers par nom. Écrivez une partie du nom, un service ou un pays pour trouver les autres.
offer-which = Selon quelle procédure écrite ?
offer-other = Un autre destinataire
offer-read = Lire la procédure
offer-begin = Commencer le brouillon

## Dossier

asks = demande à
now = Maintenant
next = Ensuite
due = Échéance
waiting-role = En attente du rôle « {$role} » de {$organisation}.
waiting-provider = {$organisation} s'en occupe.
waiting-authority = {$organisation} doit répondre.
cannot-yet = Pas encore possible : {$act}
nothing-to-do = Rien n'est attendu de vous ici.
nothing-due = Aucun délai ne court.
hold-days = {$days ->
    [one] reste {$days} jour
   *[other] restent {$days} jours
 }
hold-extensions = {$used} prolongation(s) sur {$max}
section-who = Qui demande
section-law = En vertu de quoi
section-what = Quoi exactement
section-why = Pourquoi
section-checks = Contrôles
section-questions = Questions
section-answer = Réponse
section-history = Historique
proof-what = Chaque entrée figure dans un registre que personne ne peut modifier discrètement, pas même l’exploitant de cette instance.
proof-take = Télécharger la preuve de cet historique
switchboard = standard
addressee = Destinataire
channel = Arrivée par
claimed-sender = le message indique comme expéditeur
deficits = Ce que le message omet ou énonce de façon inhabituelle
accreditation = habilitation
statement-withheld = Les motifs de nécessité sont consignés ici, pour l'autorité et le contrôle seulement.
field-withheld = Consigné ici ; non destiné à votre lecture.
legal-basis = Base légale
items-empty = Les éléments apparaissent une fois le brouillon envoyé au point de contact unique.
item-number = Élément
item-identifier = Identifiant
item-period = Période
item-data = Données
item-decision = Décision
item-accepted = accepté
item-open = ouvert
period-missing = non indiquée
remedy = Remède :
source-verified = L'origine a été vérifiée le
source-open = L'origine n'est pas vérifiée ; rien ne sort avant que chaque contrôle ait réussi.
check-passed = réussi
check-failed = échoué
check-open = ouvert
record-it = le consigner
no-questions = Aucune question n'a été posée.
question = Question
answer = Réponse
answer-open = pas encore de réponse
no-packages = Rien n'a encore été communiqué.
file-complete = complet
file-incomplete = incomplet
package = Envoi {$number}
package-items = Éléments
package-note = Note
package-prepared = Constitué par
package-released = Libéré par
package-receipt = Réception
receipt-intact = Les empreintes concordent et le contenu correspond à la demande.
receipt-broken = Quelque chose ne va pas.
upload-file = Fichier
upload = Téléverser
upload-part = {"{"}done{"}"} sur {"{"}total{"}"}
upload-failed = interrompu ; réessayer pour reprendre là où il s'est arrêté
upload-first = Téléverser d'abord un fichier.
event-number = événement n° {$number}
commitment = Engagement salé (SHA-256)

## Acts

not-done = Cela n'a pas été fait
cannot-undo = Cela ne peut pas être annulé.
back-to-dossier = Retour au dossier
returned-changes = Changements depuis le renvoi
no-changes = Rien n'a changé depuis.
field = Champ
before = Avant
after = Après
call-back-rule = Pour un contre-appel, quelle entrée de l'annuaire avez-vous appelée ? Jamais un numéro de la demande.
from-source = d'après
no-contact-points = L'annuaire n'a pas de numéro de cette autorité.
items-all-hint = Aucun choix signifie toute la demande.
codes-hint = Pour un refus ou une opposition.
nothing-to-decide = Chaque élément a sa décision.
field-reason = Motif
field-reason-hint = En une ou deux phrases ; l'autre partie peut le lire.
field-statement = Nécessité et proportionnalité
field-statement-hint = Dans vos propres mots ; le fournisseur ne le lit pas.
field-reference = Référence
field-reference-hint = Comme dans votre propre dossier.
field-text = Réponse
field-text-hint = Répondre à la question ; corriger les éléments séparément.
field-kind = Quel contrôle
field-contact_point = Numéro appelé
field-passed = Résultat
field-note = Note
field-note-hint = Ce qui a été vu ou qui a été joint.
field-code = De quoi s'agit-il
field-items = Éléments
field-question = Question
field-question-hint = Dire exactement ce qui manque.
field-decision = Décision
field-codes = Motifs
field-explanation = Explication
field-explanation-hint = Ce qui manque et ce qui permettrait d'aboutir.
field-files = Fichiers
field-intact = Réception
field-remark = Remarque
field-remark-hint = Nécessaire si quelque chose ne va pas.
field-clock = Délai
field-days = Jours
field-value = Identifiant
field-value-hint = Une adresse, un numéro ou un nom.
field-port = Port source
field-port-hint = Pour une adresse IP.
field-at = Utilisé le
field-at-hint = Date, heure et décalage UTC, par exemple 2026-11-23T21:14:03+01:00.
field-service = Service
field-service-hint = Pour un nom d'utilisateur.
field-from = Du
field-from-hint = Premier instant, avec décalage UTC.
field-to = Au
field-to-hint = Dernier instant, avec décalage UTC.
field-limit = Limite
field-limit-hint = En mots, pour restreindre la demande.
field-point_name = Nom
field-telephone = Téléphone
field-point_email = Courriel
field-hours = Horaires avec fuseau
field-languages = Langues
field-source = Source de cette entrée

## Draft

draft-title = Brouillon
draft-complete = complet à {$percent} %
draft-clocks = Les délais de cette demande
draft-missing = {$count ->
    [one] Un point manque encore ou est inexact
   *[other] {$count} points manquent encore ou sont inexacts
 }
draft-returned = Renvoyé
draft-saved = enregistré {"{"}time{"}"}
draft-saving = enregistrement …
draft-save-failed = non enregistré ; votre texte est toujours là
draft-steps = Sections du brouillon
draft-items = Éléments
draft-items-hint = Un identifiant par ligne. Coller une liste pour créer des lignes.
draft-save = Enregistrer
complete = complet
missing = {$count} manquent
type-guess = déduire de la valeur
type-guessed = type déduit : à vérifier
add-row = Ajouter une ligne
remove = Retirer
procedure-says = Ce que dit la procédure
longest-window = au plus {$length} par élément
optional = facultatif
hidden-from-provider = Le fournisseur ne lit jamais ceci.
item-type = Type
item-port = Port source
item-at = Utilisé le (avec décalage UTC)
item-service = Service
item-from = Du (avec décalage UTC)
item-to = Au (avec décalage UTC)
item-limit = Limite en mots

## Procedures

procedures-lead = Ce que la loi et les procédures écrites exigent, tel qu'exécuté ici.
procedure-some-unreviewed = Certaines de ces règles n'ont pas été relues au regard du texte primaire. Chacune est signalée.
procedure-section-basis = Base légale
procedure-section-status = En vigueur
procedure-section-parties = Entre qui
procedure-section-authority = Qui peut émettre quoi
procedure-section-thresholds = Ce que l'infraction doit atteindre
procedure-section-categories = Quelles données
procedure-section-form = Le formulaire
procedure-section-clocks = Délais
procedure-section-hold = La conservation
procedure-section-verification = Comment l'origine est vérifiée
procedure-section-clarification = Questions
procedure-section-refusals = Motifs de refus
procedure-section-notice = Qui informe la personne concernée
procedure-section-duties = Obligations
procedure-section-retention = Combien de temps quoi est gardé
procedure-section-training = Formation
procedure-column-kind = Type
procedure-column-compulsion = Contrainte
procedure-column-what = Quoi
procedure-column-rule = Règle
procedure-column-provision = Disposition
procedure-column-state = État
procedure-column-from = À partir du
procedure-column-until = Jusqu'au
procedure-column-requesting = États requérants
procedure-column-addressed = États requis
procedure-column-addressee = Destinataire
procedure-column-relation = Relation
procedure-column-category = Catégorie
procedure-column-issuer = Émis par
procedure-column-independence = Indépendance, au moins
procedure-column-months = Mois, au moins
procedure-column-term = Terme
procedure-column-elements = Éléments
procedure-column-longest = Période maximale
procedure-column-port = Port source
procedure-column-part = Partie
procedure-column-field = Champ
procedure-column-typed = Saisie
procedure-column-required = Exigé
procedure-column-hidden = Caché à
procedure-column-hint = Indication
procedure-column-clock = Délai
procedure-column-obliged = Tenu
procedure-column-length = Durée
procedure-column-starts = Commence par
procedure-column-stops = S'arrête par
procedure-column-paused = Suspendu pendant
procedure-column-priority = Priorité
procedure-column-expiry = À l'échéance
procedure-column-initial = D'abord
procedure-column-extension = Chaque prolongation
procedure-column-extensions = Prolongations
procedure-column-extension-form = Formulaire de prolongation
procedure-column-conversion-form = Formulaire d'annonce
procedure-column-class = Classe de risque
procedure-column-checks = Contrôles
procedure-column-before = Avant
procedure-column-rounds = Séries
procedure-column-grounds = Motifs
procedure-column-code = Code
procedure-column-remedy = Ce qui permettrait d'aboutir
procedure-column-who = Qui
procedure-column-payload = Fichiers
procedure-column-record = Dossier
procedure-column-role = Rôle
procedure-column-course = Cours
procedure-source = Source
procedure-unreviewed = non relue
procedure-reviewed = relue
procedure-always = toujours
procedure-optional = facultatif
procedure-yes = oui
procedure-moves-to-working-day = une fin un jour non ouvrable est reportée au jour ouvrable suivant
procedure-unit-day = jour
procedure-unit-days = jours
procedure-unit-working-day = jour ouvrable
procedure-unit-working-days = jours ouvrables
procedure-unit-hour = heure
procedure-unit-hours = heures

## Directory and organisation

directory-lead = Les numéros et adresses viennent d'une source nommée, jamais d'une demande.
country = État et fuseau horaire
mail-domain = Domaine de messagerie
services = Services
people = Personnes
name = Nom
function = Fonction
roles = Rôles
valid-until = valable jusqu'au
organisation-lead = Personnes, rôles, points de contact et jetons de votre propre organisation.
organisation-acts = Actes
organisation-link = Lien de connexion à usage unique, valable dix minutes ; affiché une fois
organisation-token = Jeton ; affiché une fois
suspended = suspendu
suspend = Suspendre
readmit = Réadmettre
save-roles = Enregistrer les rôles
new-link = Nouveau lien de connexion
invite = Inviter une personne
official-mail = Adresse officielle
authoriser-as = Signe en qualité de
independence = Indépendance
contact-points = Points de contact
add-contact-point = Ajouter un point de contact
tokens = Jetons d'API
tokens-empty = Il n'y a pas encore de jeton.
token-name = À quoi il sert
scopes = Portées
last-used = Dernière utilisation
revoke = Révoquer
revoked = révoqué
add-token = Créer un jeton

## Oversight

trail-lead = Qui a fait, tenté ou consulté quoi, selon quelle règle. Aucun contenu n'est montré ici.
trail-time = Quand
trail-who = Qui
trail-action = Action
trail-about = Concernant
trail-outcome = Issue
trail-rule = Règle
figures-lead = Demandes, délais et refus comptés de cette instance.
figures-overdue = Délais dépassés
figures-refused = Tentatives refusées
outbox-lead = Avis de la démonstration. Ils portent une référence et un lien, rien d'autre.
outbox-empty = Aucun avis n'a encore été écrit.

## Status

status-lead = Comment va l'instance elle-même. Rien ici ne concerne un dossier.
status-health = Santé
status-part = Partie
status-well = en ordre
status-unwell = à examiner
status-ready = La base de données répond
status-sealed = Le registre est scellé à temps
status-jobs-on-time = Les tâches sont faites à temps
status-failures-noticed = Les tâches abandonnées avaient déjà été vues
status-program = Programme
status-version = Version
status-since = En service depuis
status-engine = Base de données
status-embedded = Un fichier à côté du programme
status-server = Un serveur de base de données
status-free = Espace disque libre
status-sessions = Sessions ouvertes
status-unsent = Avis non encore envoyés
status-ledger = Registre
status-pending = Feuilles en attente de leur place
status-for = depuis { $time }
status-log = Journal du registre
status-leaves = Feuilles
status-last-seal = Dernier scellement
status-jobs = Tâches
status-due = Dues et non commencées
status-failed = Abandonnées
status-kind = Nature
status-given-up = Abandonnée le
status-attempts = Tentatives
status-error = Dernière erreur

## Signing in

sign-in-how = Votre administrateur ou l'exploitant vous donne un lien à usage unique, valable dix minutes.
sign-in-once = Ce lien ne sert qu'une fois.
sign-in-as = Se connecter en tant que {$name}
error-refused = Impossible
error-fault = Quelque chose a mal tourné ici
error-full = Le disque est plein : rien n'a été conservé
error-unavailable = La base de données n'est pas disponible ; réessayez
error-clock = L'horloge de cette machine retarde : rien n'a été conservé
error-fault-text = L'exploitant le trouve dans le journal sous
error-plain = La page ne peut pas être affichée.
error-home = À la première page
