# Mots du domaine : états, actes, événements, motifs, refus, délais, avis.

## Where a request stands

state-DRAFT = Brouillon
state-GATEKEEPER_REVIEW = Chez le point de contact unique
state-AWAITING_AUTHORISATION = En attente d’autorisation
state-AUTHORISED = Autorisée, pas encore envoyée
state-SENT = Envoyée
state-RECEIVED = Reçue
state-ACKNOWLEDGED = Accusé de réception donné
state-VERIFYING = Vérification de l’origine en cours
state-CLARIFYING = Question en suspens
state-LEGAL_REVIEW = Vérifiée, en cours de décision
state-OBJECTED = Opposition en cours d’examen
state-IN_EXECUTION = En cours d’exécution
state-PARTIALLY_DELIVERED = Communiquée en partie
state-DELIVERED = Communiquée
state-HELD = Données conservées
state-REJECTED = Non exécutée
state-RECEIPT_CONFIRMED = Réception confirmée
state-WITHDRAWN = Retirée
state-CLOSED = Close
state-DRAFT-meaning = Elle n’a pas quitté son auteur.
state-GATEKEEPER_REVIEW-meaning = Une deuxième personne vérifie si elle est en état d’être envoyée.
state-AWAITING_AUTHORISATION-meaning = Le point de contact unique s’en porte garant ; il manque la signature.
state-AUTHORISED-meaning = Elle est signée et peut être envoyée.
state-SENT-meaning = Elle est en route.
state-RECEIVED-meaning = Le système du fournisseur l’a reçue ; ses délais courent. L’origine n’est pas encore vérifiée.
state-ACKNOWLEDGED-meaning = Le fournisseur a donné sa propre référence. L’origine n’est pas encore vérifiée.
state-VERIFYING-meaning = Les contrôles sont consignés ; rien ne sort avant que tous aient réussi.
state-CLARIFYING-meaning = Le fournisseur a posé une question ; les délais désignés par la procédure sont suspendus.
state-LEGAL_REVIEW-meaning = L’origine est vérifiée ; chaque élément reçoit sa décision.
state-OBJECTED-meaning = Le fournisseur s’oppose ; l’autorité réexamine.
state-IN_EXECUTION-meaning = Les données sont réunies ; une deuxième personne les communique.
state-PARTIALLY_DELIVERED-meaning = Certains éléments ont leur réponse, d’autres pas encore.
state-DELIVERED-meaning = Tous les éléments acceptés ont été communiqués.
state-HELD-meaning = Les données sont gardées en l’état ; rien n’a été divulgué.
state-REJECTED-meaning = Aucun élément n’a été exécuté ; chacun a son motif et ce qui permettrait d’y remédier.
state-RECEIPT_CONFIRMED-meaning = L’autorité a confirmé ce qu’elle a reçu.
state-WITHDRAWN-meaning = L’autorité l’a retirée.
state-CLOSED-meaning = Plus rien n’est en suspens.

## Vocabularies

priority-P0_EMERGENCY = Urgence vitale
priority-P1_URGENT = Urgente
priority-P2_NORMAL = Normale
priority-P3_BATCH = Par lot
kind-PRESERVE = Conservation
kind-PRODUCE = Production
compulsion-MANDATORY = Obligatoire
compulsion-MANDATORY_VIA_STATE = Obligatoire par l’intermédiaire de l’État requis
compulsion-VOLUNTARY = Volontaire
category-SUBSCRIBER = Données relatives aux abonnés
category-IDENTIFICATION_ONLY = Identification seule
category-TRAFFIC_TELEPHONY = Données de trafic téléphonique
category-TRAFFIC_INTERNET = Données de trafic internet
category-TRAFFIC_HOSTING = Données de trafic d’hébergement
category-TRAFFIC_OTHER = Autres données de trafic
category-LOCATION_STORED = Données de localisation stockées
category-CONTENT_STORED = Contenu stocké
category-DOMAIN_REGISTRATION = Données d’enregistrement de domaine
category-UNSPECIFIED = Catégorie non indiquée
role-officer = Enquêteur
role-gatekeeper = Point de contact unique
role-authoriser = Autorité signataire
role-analyst = Analyste
role-reviewer = Réviseur
role-administrator = Administrateur
role-auditor = Auditeur
organisation-kind-AUTHORITY = Autorité
organisation-kind-PROVIDER = Fournisseur
organisation-kind-CONTACT_POINT = Point de contact 24/7
organisation-kind-OVERSIGHT = Organe de contrôle
side-AUTHORITY = Autorité
side-PROVIDER = Fournisseur
outcome-FULL = Communiqué en totalité
outcome-PARTIAL = Communiqué en partie
outcome-PRESERVED = Conservé
outcome-REFUSED = Refusé
outcome-REDIRECTED = Réorienté
outcome-OBJECTED = Opposition
outcome-WITHDRAWN = Retiré
giving-FULL = en totalité
giving-PARTIAL = en partie
authoriser-JUDGE = Juge
authoriser-COURT = Juridiction
authoriser-INVESTIGATING_JUDGE = Juge d’instruction
authoriser-PROSECUTOR = Procureur
authoriser-INDEPENDENT_ADMIN = Autorité administrative indépendante
authoriser-SENIOR_OFFICER = Responsable hiérarchique de l’autorité
authoriser-OTHER_COMPETENT = Autre autorité compétente
independence-JUDICIAL = judiciaire
independence-INDEPENDENT = indépendante
independence-SUPERVISED = sous supervision
independence-NONE = aucune
section-authority = Qui demande
section-legal = Base légale et infraction
section-case = Faits de l’affaire
section-justification = Nécessité et proportionnalité
section-confidentiality = Confidentialité et information de la personne
section-delivery = Comment répondre
audience-PROVIDER = le fournisseur destinataire
audience-OVERSIGHT = les organes de contrôle
field-kind-text = une ligne
field-kind-long_text = texte
field-kind-date = date
field-kind-choice = choix
field-kind-yes_no = oui ou non
field-kind-telephone = numéro de téléphone
field-kind-email = adresse électronique
field-kind-number = nombre
gate-preserve = mise en conservation
gate-release = communication des données
trigger-receipt = réception par le fournisseur
trigger-question = question du fournisseur
trigger-hold = mise en conservation
stop-acknowledgement = accusé de réception
stop-answer = réponse à chaque élément
stop-reply = réponse à la question
stop-hold_end = fin de la conservation
paused-by-clarification = question en suspens
paused-by-objection = opposition en cours d’examen
on-expiry-MUST_CEASE = l’obligation cesse ; la conservation doit être levée
on-expiry-MAY_DELETE = le fournisseur peut supprimer
on-expiry-RELEASE = les données reprennent leur cycle normal
on-expiry-NATIONAL = le droit national décide
notice-actor-ISSUING_AUTHORITY = l’autorité émettrice
notice-actor-PROVIDER = le fournisseur
notice-actor-NONE = personne à ce stade
certainty-reviewed = Vérifiée dans le texte officiel
certainty-unreviewed = Pas encore vérifiée dans le texte officiel
reading-running = En cours
reading-paused = Suspendu
reading-overdue = Dépassé
reading-met = Respecté
reading-missed = Fait hors délai
term-relation-domestic = au sein d’un même État
term-relation-cross-border = entre deux États
term-relation-any = au sein d’un État ou entre deux
term-status-draft = projet, pour la formation seulement
term-status-in-force = en vigueur
term-status-not-in-force = pas en vigueur
hold-held = Conservées jusqu’au
hold-conversion_announced = Production annoncée ; conservation initiale jusqu’au
hold-converted = Close par la production ; conservation prévue jusqu’au
hold-released = Levée ; conservation prévue jusqu’au
hold-lapsed = Échue sans suite, incident ; conservation prévue jusqu’au
check-accreditation = Habilitation
check-signature = Signature
check-call_back = Contre-appel
check-supervisor = Confirmation d’un supérieur
check-documents = Documents
check-plausibility = Vraisemblance
check-accreditation-hint = Le système consulte à cet instant l’habilitation de toutes les personnes qui répondent de la demande : en cours, non retirée, et permettant de signer pour ces données.
check-signature-hint = La demande a été signée ici par une personne connectée de l’autorité, ou la signature d’un fichier est valide.
check-call_back-hint = Appelez un numéro de l’annuaire, jamais un numéro indiqué dans la demande ; nommez la personne jointe.
check-supervisor-hint = Un supérieur de l’enquêteur confirme par une autre voie : ni la personne qui a rédigé, ni celle que vous avez jointe par contre-appel.
check-documents-hint = Lisez les documents de base : loi, juridiction, noms et dates existent et concordent. Désignez chaque document par son fichier ou son SHA-256.
check-plausibility-hint = Appréciez ce que le système a relevé : compétence, heure, volume, répétition, contrôles échoués. Il ne décide rien à votre place.
channel-telephone = Un autre numéro de l’annuaire
channel-switchboard = Le standard principal
channel-mailbox = La boîte d’un point de contact
channel-in_person = De vive voix ou en vidéo
standing-valid = en cours
standing-ended = arrivée à son terme
standing-withdrawn = retirée
standing-suspended = suspendue
standing-valid-meaning = Elle permet actuellement à cette personne d’agir.
standing-ended-meaning = Elle est arrivée à son terme ; elle ne permet plus rien.
standing-withdrawn-meaning = Elle a été retirée avant son terme ; elle ne permet plus rien.
standing-suspended-meaning = La personne ou l’organisation est suspendue ; elle ne permet rien pour le moment.
cause-person_suspended = Une personne qui répond de la demande a été suspendue
cause-accreditation_withdrawn = Une habilitation dont dépend la demande a été retirée
cause-accreditation_ended = Une habilitation dont dépend la demande est arrivée à son terme
cause-organisation_suspended = L’organisation requérante a été suspendue
cause-organisation_left = L’organisation requérante a quitté le système
organisation-status-active = participe
organisation-status-suspended = suspendue
organisation-status-left = partie
finding-P1 = Elle franchit une frontière, et rien dans ses éléments ne renvoie à l’État qui demande. Lisez dans les faits pourquoi cet État est compétent.
finding-P2 = Elle a été envoyée en dehors des heures de service de l’autorité.
finding-P3 = L’autorité a envoyé {$count} demandes en un jour, bien plus qu’à l’ordinaire.
finding-P4 = Le même identifiant figure dans {$count ->
    [one] {$count} autre demande
   *[other] {$count} autres demandes
 } à votre adresse.
finding-P5 = {$count ->
    [one] {$count} contrôle antérieur de son auteur a échoué
   *[other] {$count} contrôles antérieurs de son auteur ont échoué
 } ici en un an.
finding-P6 = Un domaine de messagerie y ressemble à {$detail}, qui figure dans l’annuaire, sans être le même.
finding-P7 = Le même document a été présenté dans {$count ->
    [one] {$count} autre affaire
   *[other] {$count} autres affaires
 }.
finding-P8 = Aucune des personnes qui en répondent ne vous a encore rien demandé.
finding-P9 = Son auteur a envoyé {$count} petites demandes en une semaine.
task-write = Terminer le brouillon
task-review = Relire le brouillon
task-authorise = Décider de la signature
task-send = Envoyer
task-answer = Répondre à la question
task-confirm = Confirmer la réception
task-follow_up = Donner suite à la conservation
task-close = Clore
task-acknowledge = Accuser réception
task-review_freeze = Examiner la demande gelée
task-verify = Vérifier l’origine
task-decide = Décider des éléments
task-release = Réunir et communiquer
decision-full = Communiquer tout ce qui est demandé
decision-full-hint = Les données seront réunies ; une deuxième personne les communique.
decision-partial = Communiquer une partie
decision-partial-hint = Indiquer ci-dessous ce qui manque et pourquoi.
decision-preserve = Conserver
decision-preserve-hint = Les données sont conservées dès maintenant.
decision-refuse = Ne pas exécuter
decision-refuse-hint = Choisir au moins un motif et l’expliquer.
decision-redirect = Réorienter
decision-redirect-hint = Indiquer qui détient les données et comment le joindre.
decision-object = S’opposer
decision-object-hint = Conflit de lois ou immunité : choisir le motif et l’expliquer.
scope-read = lire
scope-act = agir
scope-administer = administrer
trail-outcome-done = fait
trail-outcome-refused = refusé
trail-outcome-viewed = consulté
trail-show-sensitive = Consultations de dossiers
trail-show-exceptions = Refus, et actes à la console
trail-via-page = sur une page
trail-via-api = par l’API
trail-via-interop = un autre système
trail-via-console = à la console
trail-via-job = le système
export-purpose-COURT = dépôt devant un tribunal
export-purpose-DISCLOSURE = remise à une partie à la procédure
export-purpose-EXAMINATION = examen par un expert
export-purpose-RECORDS = conservation dans ses propres dossiers
processing-collection = collecte
processing-alteration = modification
processing-consultation = consultation
processing-disclosure = communication
processing-combination = interconnexion (rien ici n’interconnecte)
processing-erasure = effacement

## Acts

act-draft = Commencer un brouillon
act-revise = Rédiger le brouillon
act-revise-hint = Ouvrir le formulaire et le compléter.
act-submit = Envoyer au point de contact unique
act-submit-hint = Le brouillon est complet quand plus rien ne manque.
act-return = Renvoyer
act-return-hint = Indiquer ce qui doit changer ; l’auteur récupère le brouillon.
act-forward = Transmettre à l’autorité signataire
act-forward-hint = Vous vous portez garant que la demande est complète, précise et authentique.
act-authorise = Signer
act-authorise-hint = Votre nom figurera sur la demande. Lire d’abord la nécessité, la proportionnalité et les éléments.
act-send = Envoyer
act-send-hint = Les délais du fournisseur courent dès la réception.
act-file = Déposer
act-acknowledge = Accuser réception
act-acknowledge-hint = Donner votre propre référence.
act-check = Consigner un contrôle
act-check-hint = Tous les contrôles exigés par la procédure doivent réussir avant toute sortie.
act-thaw = Débloquer
act-thaw-hint = Vous avez examiné pourquoi la demande est gelée et constaté qu’elle peut reprendre.
act-reauthorise = Signer de nouveau
act-reauthorise-hint = Vous en répondez désormais à la place d’une personne qui a perdu la confiance.
act-find_fraud = Constater une fraude
act-find_fraud-hint = L’origine était fausse. Tout ce qui est ouvert prend fin, plus rien ne part, et toutes les personnes concernées sont prévenues.
act-freeze = Geler
act-ask = Interroger l’autorité
act-ask-hint = Une question à la fois ; les délais désignés sont suspendus jusqu’à la réponse.
act-answer = Répondre à la question
act-answer-hint = Les délais reprennent avec votre réponse.
act-amend = Corriger un élément
act-amend-hint = Une correction est une nouvelle édition sous votre signature.
act-decide = Décider
act-decide-hint = Chaque élément reçoit sa propre décision.
act-prepare = Constituer un envoi
act-prepare-hint = Choisir les éléments acceptés et les fichiers qui y répondent.
act-discard = Écarter l’envoi
act-discard-hint = Avant la communication seulement ; les fichiers qui ne sont mis dans aucun autre envoi sont supprimés après un certain temps.
act-open = Ouvrir l’envoi scellé
act-open-hint = Votre clé d’accès et la finalité l’ouvrent pour un quart d’heure ; les deux figurent au dossier.
act-release = Communiquer
act-release-hint = Vous vérifiez que ce qui part est ce qui a été demandé : rien de moins, rien de plus.
act-confirm = Confirmer la réception
act-confirm-hint = Comparer les empreintes et le contenu avec la demande.
act-confirm_deletion = Confirmer la suppression
act-confirm_deletion-hint = Vous indiquez avoir supprimé ce qui allait au-delà de la demande.
act-withdraw = Retirer la demande
act-withdraw-hint = Les éléments ouverts prennent fin, les délais s’arrêtent, la conservation est levée.
act-close = Clore le dossier
act-close-hint = Rien ne doit rester ouvert : ni élément, ni question, ni conservation, ni réception.
act-postpone = Accorder un délai supplémentaire
act-postpone-hint = Le délai du fournisseur est prolongé.
act-extend_hold = Prolonger la conservation
act-extend_hold-hint = Avant l’échéance et aussi souvent que la procédure le permet.
act-announce_conversion = Annoncer la demande de production
act-announce_conversion-hint = La conservation dure alors jusqu’à la décision sur cette demande.
act-convert_hold = Consigner la production
act-convert_hold-hint = La demande annoncée a été exécutée ; la conservation prend fin.
act-release_hold = Lever la conservation
act-release_hold-hint = Informer le fournisseur que les données ne sont plus nécessaires.
act-tick = Regarder les délais

## What an inspection finds

finding-uninspectable = Un fichier n’a pas pu être examiné dans les limites de temps et de mémoire prévues.
finding-uninspectable-remedy = Le téléverser à nouveau ; si cela se reproduit, le diviser en fichiers plus petits.
finding-too-many-entries = Une archive compte plus de 10 000 entrées.
finding-too-many-entries-remedy = La répartir en plusieurs archives.
finding-nested-too-deep = Des archives sont imbriquées sur plus de trois niveaux.
finding-nested-too-deep-remedy = Décompresser les archives extérieures et téléverser leur contenu.
finding-unpacks-too-large = Une archive occupe, une fois décompressée, bien plus que la limite.
finding-unpacks-too-large-remedy = Téléverser son contenu par parties. Si ce fichier même est demandé, le placer dans une archive protégée par mot de passe et l’indiquer dans la note.
finding-overlapping-entries = La liste d’une archive ne correspond pas aux entrées qu’elle contient.
finding-overlapping-entries-remedy = Refaire l’archive. Si ce fichier même est demandé, le placer dans une archive protégée par mot de passe et l’indiquer dans la note.
finding-archive-damaged = Une archive ne peut pas être lue jusqu’à sa fin.
finding-archive-damaged-remedy = Refaire l’archive et la téléverser à nouveau.
finding-path-trick = Une archive contient un lien, ou un nom qui sort de son dossier ou trompe le lecteur.
finding-path-trick-remedy = Refaire l’archive avec des noms simples et sans lien.
finding-hidden-executable = Un programme porte le nom d’autre chose.
finding-hidden-executable-remedy = Si ce fichier même est demandé, le placer dans une archive protégée par mot de passe et l’indiquer dans la note.
finding-two-files-in-one = Un fichier est deux choses à la fois : ce qui s’affiche dépend du programme qui l’ouvre.
finding-two-files-in-one-remedy = L’enregistrer à nouveau sous une seule forme. Si ce fichier même est demandé, le placer dans une archive protégée par mot de passe et l’indiquer dans la note.
finding-pixel-flood = Une image annonce plus de pixels qu’un programme n’en peut ouvrir.
finding-pixel-flood-remedy = Vérifier l’image ; l’enregistrer en plus petit.
finding-too-many-columns = Un tableau compte plus de 256 colonnes et ne peut pas être comparé à la demande.
finding-too-many-columns-remedy = Retirer les colonnes que personne n’a demandées.
finding-test-signature = Un fichier est, ou contient, le fichier d’essai des antivirus.
finding-test-signature-remedy = Le retirer.
finding-blank = Le fichier est vide ou vierge.
finding-blank-remedy = Vérifier qu’il s’agit du bon fichier.
finding-encrypted = Le fichier, ou une partie, ne s’ouvre qu’avec un mot de passe.
finding-encrypted-remedy = Personne n’a regardé à l’intérieur : vérifier vous-même ce qu’il contient et transmettre le mot de passe par une autre voie.
finding-end-to-end = Le fichier est chiffré pour son destinataire et n’est pas lisible ici.
finding-end-to-end-remedy = Aucun contrôle n’a porté sur son contenu : l’ouvrir et regarder, si vous le pouvez ; la personne qui l’a chiffré en répond.
finding-not-opened = L’archive est d’un type qui n’est pas ouvert ici.
finding-not-opened-remedy = Vérifier vous-même ce qu’elle contient.
finding-partly-read = Le fichier est très long ; seuls ses 64 premiers Mio ont été examinés.
finding-partly-read-remedy = Vérifier vous-même ce que contient le reste.
finding-executable = Le fichier est un programme, ou en contient un.
finding-executable-remedy = S’assurer qu’un programme a été demandé.
finding-active-content = Le fichier peut lancer quelque chose à l’ouverture.
finding-active-content-remedy = Prévenir le destinataire dans la note, ou donner une forme qui ne lance rien.
finding-formula-cells = Une cellule commence comme une formule : un tableur l’exécuterait.
finding-formula-cells-remedy = Prévenir le destinataire dans la note, ou faire précéder la cellule d’une apostrophe.
finding-other-than-named = Le fichier est autre chose que ce qu’indique son nom.
finding-other-than-named-remedy = Vérifier qu’il s’agit du bon fichier.
finding-other-than-said = Le fichier est autre chose que ce qui a été annoncé lors du téléversement.
finding-other-than-said-remedy = Vérifier qu’il s’agit du bon fichier.
finding-duplicate = Le même fichier se trouve dans un autre dossier de votre organisation.
finding-duplicate-remedy = Vérifier qu’il concerne bien cette demande.

## Acts, once done

act-draft-done = Le brouillon est ouvert.
act-revise-done = Le brouillon est enregistré.
act-submit-done = Le brouillon est chez le point de contact unique.
act-return-done = Le brouillon est retourné à son auteur.
act-forward-done = Vous vous êtes porté garant de la demande ; elle est soumise à la signature.
act-authorise-done = La demande est signée.
act-send-done = Le destinataire a reçu la demande ; ses délais courent.
act-file-done = Le message est déposé comme demande.
act-acknowledge-done = Il a été accusé réception de la demande.
act-check-done = Le contrôle est consigné.
act-thaw-done = La demande reprend ; ses délais courent de nouveau.
act-reauthorise-done = Vous avez signé de nouveau la demande ; elle reprend.
act-find_fraud-done = La fraude a été constatée ; plus rien ne part.
act-freeze-done = La demande est gelée.
act-ask-done = La question est posée à l’autorité.
act-answer-done = La réponse est parvenue au fournisseur.
act-amend-done = La nouvelle édition est signée ; le fournisseur l’a reçue.
act-decide-done = La décision est consignée.
act-prepare-done = L’envoi attend qu’une deuxième personne le communique.
act-discard-done = L’envoi est écarté.
act-open-done = L’envoi est ouvert.
act-release-done = L’envoi est communiqué à l’autorité.
act-confirm-done = La réception est confirmée.
act-confirm_deletion-done = La suppression est confirmée.
act-withdraw-done = La demande est retirée.
act-close-done = Le dossier est clos.
act-postpone-done = Le délai du fournisseur est prolongé.
act-extend_hold-done = La conservation est prolongée.
act-announce_conversion-done = La demande de production est annoncée ; les données restent conservées.
act-convert_hold-done = La conservation est close par la production.
act-release_hold-done = La conservation est levée.
act-tick-done = Ce qui découle du temps écoulé est consigné.

## What happened

event-drafted = Brouillon commencé selon {$procedure}
event-revised = Brouillon enregistré
event-submitted = Envoyé au point de contact unique, {$items ->
    [one] {$items} élément
   *[other] {$items} éléments
 }
event-returned = Renvoyé : {$reason}
event-forwarded = Le point de contact unique s’en porte garant
event-authorised = Signée ({$authoriser})
event-sent = Envoyée
event-filed = Déposée par {$format}, {$items ->
    [one] {$items} élément
   *[other] {$items} éléments
 }
event-received = Reçue par le système du fournisseur
event-acknowledged = Accusé de réception sous {$reference}
event-checked = Contrôle consigné : {$check}, {$passed ->
    [yes] réussi
   *[other] échoué
 }
event-source_verified = Origine vérifiée
event-source_doubted = L’origine n’est plus tenue pour vérifiée
event-frozen = Demande gelée : {$cause}
event-thawed = {$anew ->
    [yes] Signée de nouveau par une autre autorité ; elle reprend
   *[other] Examinée ; elle reprend
 } {$reason}
event-fraud_found = L’origine était fausse : {$reason}
event-asked = Question posée ({$code})
event-answered = Réponse donnée
event-amended = Corrigée en nouvelle édition, {$items ->
    [one] {$items} élément
   *[other] {$items} éléments
 } {$reason}
event-item_accepted = Élément {$item} accepté : {$outcome}
event-item_ended = Élément {$item} : {$outcome} {$codes}
event-package_prepared = Envoi constitué pour les éléments {$items}, {$files ->
    [one] {$files} fichier
   *[other] {$files} fichiers
 }
event-package_discarded = Envoi écarté : {$reason}
event-package_opened = Envoi scellé ouvert pour les éléments {$items} : {$purpose}
event-package_released = Envoi communiqué pour les éléments {$items}, {$files ->
    [one] {$files} fichier
   *[other] {$files} fichiers
 }
event-receipt_confirmed = Réception confirmée, {$found ->
    [intact] complète et intacte
    [over_disclosure] avec plus que ce qui était demandé
   *[other] non conforme
 } {$remark}
event-deletion_confirmed = Suppression de ce qui allait au-delà de la demande : {$statement}
event-all_receipts_confirmed = Toutes les réceptions sont confirmées
event-withdrawn = Retirée : {$reason}
event-closed = Close
event-clock_started = Délai ouvert : {$clock}, échéance {$due}
event-clock_paused = Délai suspendu : {$clock}
event-clock_resumed = Délai repris : {$clock}, échéance {$due}
event-clock_extended = Délai prolongé : {$clock}, échéance {$due}. {$reason}
event-clock_stopped = Délai arrêté : {$clock}
event-clock_expired = Délai dépassé : {$clock}, échéance {$due}
event-hold_started = Données conservées jusqu’au {$until}
event-hold_extended = Conservation prolongée jusqu’au {$until} : {$reason}
event-conversion_announced = Demande de production annoncée : {$reference}
event-hold_reminded = Avertissement : la conservation expire dans {$days ->
    [one] {$days} jour
   *[other] {$days} jours
 }
event-hold_ended = Fin de la conservation ({$end ->
    [converted] par la production, {$reference}
    [released] levée : {$reason}
   *[other] échue sans suite, incident
 })

## Grounds

code-N01 = Incomplète
code-N01-meaning = Une mention obligatoire manque.
code-N02 = Erreur manifeste
code-N02-meaning = L’erreur est évidente : entreprise qui n’est pas la bonne ou date impossible, par exemple.
code-N03 = Identifiant insuffisant
code-N03-meaning = Ce qui est indiqué ne permet pas d’identifier le compte ou l’utilisateur.
code-N04 = Données non détenues
code-N04-meaning = Les données ne sont stockées ni par le fournisseur ni pour son compte.
code-N05 = Données plus détenues
code-N05-meaning = La durée de conservation est écoulée et les données n’existent plus.
code-N06 = Impossibilité de fait
code-N06-meaning = L’exécution est impossible en fait, par exemple parce que les données sont chiffrées.
code-N07 = Autorité incompétente
code-N07-meaning = La demande n’a été ni émise ni validée par une autorité compétente.
code-N08 = Infraction non couverte
code-N08-meaning = L’infraction n’entre pas dans le champ de l’instrument.
code-N09 = Service non couvert
code-N09-meaning = Le service ou l’entité n’entre pas dans le champ de l’instrument.
code-N10 = Immunité, privilège ou presse
code-N10-meaning = Une immunité, un privilège ou la liberté de la presse protège les données.
code-N11 = Conflit de lois
code-N11-meaning = L’exécution enfreindrait le droit d’un pays tiers.
code-N12 = Droits fondamentaux
code-N12-meaning = L’exécution violerait manifestement un droit fondamental.
code-N13 = Déjà jugé (ne bis in idem)
code-N13-meaning = La personne a déjà été jugée pour les mêmes faits.
code-N14 = Double incrimination
code-N14-meaning = Les faits ne constituent pas une infraction dans l’autre État ; ce motif ne vaut jamais contre une conservation.
code-N15 = Infraction politique
code-N15-meaning = L’autre État tient l’infraction pour politique.
code-N16 = Intérêts essentiels
code-N16-meaning = L’exécution porterait atteinte à la souveraineté, à la sécurité, à l’ordre public ou à d’autres intérêts essentiels de l’État.
code-N17 = Préjudice à une enquête de l’État requis
code-N17-meaning = La communication nuirait, à ce stade, à une enquête de l’État requis.
code-N18 = Trop large
code-N18-meaning = L’objet n’est pas précis ou dépasse le nécessaire.
code-N19 = Base légale
code-N19-meaning = La disposition manque ou ne correspond pas à la catégorie.
code-N20 = Mauvais canal ou mauvaise entité
code-N20-meaning = Une autre entité, une autre langue ou une autre voie s’impose.
code-N21 = Urgence non démontrée
code-N21-meaning = Les faits exposés ne remplissent pas le critère de l’urgence vitale.
code-N22 = Origine non vérifiée
code-N22-meaning = L’origine de la demande n’a pas pu être vérifiée.
code-N23 = Pas de réponse
code-N23-meaning = Une question est restée sans réponse dans le délai.
code-N24 = Voie conventionnelle nécessaire
code-N24-meaning = Pour cette catégorie ou cet État, la voie est celle de l’entraide.
code-N25 = Collecte en temps réel
code-N25-meaning = L’interception et la collecte en temps réel ne relèvent pas de ce système.
code-N26 = Pas en vigueur
code-N26-meaning = L’instrument n’est pas en vigueur entre les parties.
code-N27 = Responsable du traitement d’abord
code-N27-meaning = Le responsable du traitement doit être saisi en premier.
code-N28 = Effort disproportionné
code-N28-meaning = L’exécution demanderait un effort disproportionné.

## Identifiers

identifier-type-ipv4 = Adresse IPv4
identifier-type-ipv6 = Adresse IPv6
identifier-type-phone = Numéro de téléphone
identifier-type-email = Adresse électronique
identifier-type-user = Nom d’utilisateur d’un service
identifier-type-url = Adresse web (URL)
identifier-type-domain = Nom de domaine
identifier-type-imei = Numéro d’appareil (IMEI)
identifier-type-imsi = Numéro d’abonné (IMSI)
identifier-type-iccid = Numéro de carte SIM (ICCID)
identifier-type-mac = Adresse matérielle (MAC)
identifier-type-payment = Identifiant de paiement
identifier-type-service-specific = Autre identifiant d’un service

## Clocks

clock-line-start = Commence le {$at}
clock-line-length = Durée : {$length}
clock-line-event-day = {$date} : le jour de l’événement ne compte pas
clock-line-first-day = {$date} est le jour 1
clock-line-weekend = {$date} : repos hebdomadaire, ne compte pas
clock-line-holiday = {$date} : {$name}, ne compte pas
clock-line-days-off = Du {$from} au {$until}, ne comptent pas : {$weekend ->
    [one] {$weekend} jour de repos
   *[other] {$weekend} jours de repos
 } et {$holidays ->
    [one] {$holidays} jour férié
   *[other] {$holidays} jours fériés
 }
clock-line-last-day = Le jour {$count} est le {$date} ; il finit à 24 h 00
clock-line-hours-end = {$length} plus tard : {$at}
clock-line-two-working-days = La période comprend au moins deux jours ouvrables : dernier jour {$date}
clock-line-moved = {$from} n’est pas ouvrable ; la période finit le {$to}
clock-line-day-end = La période finit à la fin du {$date}
clock-line-extended = Prolongée de {$length} ({$reason}) : {$at}
clock-line-extended-until = Prolongée jusqu’au {$until} ({$reason})
clock-line-pause = Suspendue du {$from} au {$until} ({$reason}) : {$added} de plus
clock-line-pauses = {$count ->
    [one] Une autre suspension
   *[other] {$count} autres suspensions
 } : {$added} de plus
clock-line-pause-open = Suspendue depuis le {$from} ({$reason}) ; la fin recule tant que cela dure
clock-line-pause-late = Une suspension à partir du {$from} est postérieure à la fin et n’ajoute rien
clock-line-pause-cap = Les suspensions ajoutent au plus {$hours ->
    [one] {$hours} heure
   *[other] {$hours} heures
 }
clock-line-clock-change = L’heure légale change de {$change} entre-temps ; les jours se comptent au calendrier
clock-line-holidays-unknown = Les jours fériés ne sont connus que du {$from} au {$until} ; au-delà, seuls les repos hebdomadaires sont exclus
clock-line-due = Échéance {$at}
clock-unit-days = {$count ->
    [one] {$count} jour
   *[other] {$count} jours
 }
clock-unit-working-days = {$count ->
    [one] {$count} jour ouvrable
   *[other] {$count} jours ouvrables
 }
clock-unit-hours = {$count ->
    [one] {$count} heure
   *[other] {$count} heures
 }
clock-pause-clarification = question en suspens
clock-pause-objection = opposition en cours d’examen
clock-pause-frozen = origine ayant perdu la confiance
clock-extension-by-authority = accordée par l’autorité

## Notices

notice-task-subject = Comity : {$reference} vous attend
notice-task-body = Quelque chose vous attend dans {$reference}. {$link}
notice-answered-subject = Comity : {$reference} a reçu une réponse
notice-answered-body = Une réponse est arrivée dans {$reference}. {$link}
notice-reminder-subject = Comity : {$reference} arrive bientôt à échéance
notice-reminder-body = Une conservation dans {$reference} expire bientôt. {$link}
notice-expired-subject = Comity : un délai de {$reference} est dépassé
notice-expired-body = Un délai dans {$reference} est dépassé. {$link}
notice-lapsed-subject = Comity : une conservation de {$reference} a expiré
notice-lapsed-body = Une conservation dans {$reference} a expiré ; c’est un incident. {$link}
notice-frozen-subject = Comity : {$reference} est gelée
notice-frozen-body = L’origine de {$reference} a perdu la confiance ; la demande reste gelée jusqu’à son examen. {$link}
notice-thawed-subject = Comity : {$reference} reprend
notice-thawed-body = {$reference} n’est plus gelée. {$link}
notice-recall-subject = Comity : rappel concernant {$reference}
notice-recall-body = L’origine de {$reference} était fausse. N’utilisez rien de ce qu’elle a apporté et lisez ce qu’il faut faire. {$link}
notice-incident-subject = Comity : un incident attend votre examen
notice-incident-body = Une origine fausse avait reçu des réponses. Passez en revue ce qui est parti. {$link}
notice-token-rotated-subject = Comity : un jeton de votre organisation a été renouvelé
notice-token-rotated-body = Un jeton de votre organisation a un nouveau secret ({$reference}) ; l’ancien prend fin au moment indiqué sur la page. Si aucun de vous ne l’a fait, révoquez aussitôt le nouveau : les anciens prennent fin avec lui. {$link}
notice-account-federated-subject = Comity : un compte a été relié au vôtre
notice-account-federated-body = Un compte de la connexion de votre organisation a été relié au compte de l’habilitation {$reference}. Si ce n’était pas vous, prévenez aussitôt votre administrateur. {$link}
notice-account-unfederated-subject = Comity : un compte a été délié du vôtre
notice-account-unfederated-body = Un compte de la connexion de votre organisation a été délié du compte de l’habilitation {$reference}. Si ce n’était pas vous, prévenez aussitôt votre administrateur. {$link}
notice-account-added-subject = Comity : une clé d’accès a été ajoutée à votre compte
notice-account-added-body = Une clé d’accès a été ajoutée au compte de l’habilitation {$reference}. Si ce n’était pas vous, prévenez aussitôt votre administrateur. {$link}
notice-account-removed-subject = Comity : une clé d’accès a été retirée de votre compte
notice-account-removed-body = Une clé d’accès du compte de l’habilitation {$reference} a été révoquée. Si ce n’était pas vous, prévenez aussitôt votre administrateur. {$link}
notice-account-code-made-subject = Comity : un code de secours a été créé pour votre compte
notice-account-code-made-body = Un code de secours a été créé pour le compte de l’habilitation {$reference} ; le précédent n’est plus valable. Si ce n’était pas vous, prévenez aussitôt votre administrateur. {$link}
notice-account-code-used-subject = Comity : votre code de secours a servi
notice-account-code-used-body = Le code de secours de l’habilitation {$reference} a servi à ajouter une clé d’accès, et toutes les autres sessions ont pris fin. Si ce n’était pas vous, prévenez aussitôt votre administrateur. {$link}
notice-account-reproofed-subject = Comity : vos clés d’accès ont été remplacées
notice-account-reproofed-body = Par un nouveau lien, une clé d’accès a été enregistrée pour l’habilitation {$reference}, et toutes les précédentes ont été révoquées. Si ce n’était pas vous, prévenez aussitôt votre administrateur. {$link}
notice-account-key-made-subject = Comity : une clé personnelle a été créée
notice-account-key-made-body = Une clé personnelle a été créée pour l’habilitation {$reference}. Si ce n’était pas vous, prévenez aussitôt votre administrateur. {$link}
notice-account-key-replaced-subject = Comity : votre clé personnelle a été remplacée
notice-account-key-replaced-body = Une autre clé personnelle a remplacé celle de l’habilitation {$reference} ; ses octrois ont pris fin. Si ce n’était pas vous, prévenez aussitôt votre administrateur. {$link}
notice-account-key-locked-subject = Comity : un autre accès à votre clé personnelle
notice-account-key-locked-body = Une clé d’accès de plus ou un autre code ouvre la clé personnelle de l’habilitation {$reference}. Si ce n’était pas vous, prévenez aussitôt votre administrateur. {$link}
notice-vault-epoch-subject = Comity : une nouvelle époque du coffre de {$reference}
notice-vault-epoch-body = Le coffre de {$reference} a une nouvelle époque, et vous la détenez. {$link}
notice-vault-granted-subject = Comity : le coffre de {$reference} vous a été octroyé
notice-vault-granted-body = Une personne qui détient le coffre de {$reference} vous l’a octroyé. {$link}
notice-vault-rotation-subject = Comity : le coffre de {$reference} demande une nouvelle époque
notice-vault-rotation-body = Une personne qui détient le coffre de {$reference} n’y a plus droit, ou il est ancien : l’un de vous en crée une nouvelle époque. {$link}
notice-account-cloned-subject = Comity : une clé d’accès de votre compte a peut-être été copiée
notice-account-cloned-body = Le compteur d’une clé d’accès de l’habilitation {$reference} a reculé, et elle a été refusée. Révoquez-la et prévenez votre administrateur. {$link}
notice-admin-code-used-subject = Comity : un code de secours a servi dans votre organisation
notice-admin-code-used-body = Le code de secours de l’habilitation {$reference} a servi à ajouter une clé d’accès. Assurez-vous que c’était bien cette personne. {$link}
notice-admin-reproofed-subject = Comity : des clés d’accès ont été remplacées dans votre organisation
notice-admin-reproofed-body = Par un nouveau lien, une clé d’accès a été enregistrée pour l’habilitation {$reference}, et toutes les précédentes ont été révoquées. Assurez-vous que c’était bien cette personne. {$link}
notice-admin-key-replaced-subject = Comity : une clé personnelle a été remplacée dans votre organisation
notice-admin-key-replaced-body = Une autre clé personnelle a remplacé celle de l’habilitation {$reference}. Assurez-vous que c’était bien cette personne. {$link}
notice-admin-cloned-subject = Comity : une clé d’accès de votre organisation a peut-être été copiée
notice-admin-cloned-body = Le compteur d’une clé d’accès de l’habilitation {$reference} a reculé, et elle a été refusée. Parlez-en avec cette personne. {$link}

## Refusals: what is wrong, which rule, what to do

refusal-not-permitted = Votre rôle ne le permet pas ici. Peuvent le faire : {$roles}
    .bare = Votre rôle ne le permet pas ici.
refusal-not-permitted-remedy = S’adresser à une personne dont c’est le rôle.
refusal-not-found = Il n’y a rien à cette adresse que vous puissiez consulter.
refusal-not-found-remedy = Vérifier l’adresse ou demander à la personne qui vous l’a donnée.
refusal-version-conflict = Le dossier a été modifié entre-temps par une autre personne.
refusal-version-conflict-remedy = Relire le dossier, puis agir.
refusal-idempotency-mismatch = La même clé est arrivée avec un autre contenu.
refusal-idempotency-mismatch-remedy = Utiliser une nouvelle clé pour un nouvel acte.
refusal-not-in-this-state = Cela ne correspond pas à l’état actuel.
refusal-not-in-this-state-remedy = Lire ce qui est attendu maintenant et commencer par là.
refusal-procedure-not-in-force = La procédure n’est pas en vigueur (règle 1, N26).
refusal-procedure-not-in-force-remedy = Choisir une procédure en vigueur entre les parties.
refusal-procedure-not-for-parties = La procédure ne s’applique pas entre ces parties ({$from}, {$to} ; N20).
    .bare = La procédure ne s’applique pas entre ces parties (N20).
refusal-procedure-not-for-parties-remedy = Choisir une procédure proposée pour ce destinataire.
refusal-needs-treaty-route = Ce destinataire n’est pas saisi directement selon cette procédure ({$from}, {$to} ; règle 12, N24).
    .bare = Ce destinataire n’est pas saisi directement selon cette procédure (règle 12, N24).
refusal-needs-treaty-route-remedy = Passer par le point de contact de son État ou par un instrument qui permet la voie directe.
refusal-realtime = L’interception et la collecte en temps réel ne passent jamais par ici (règle 8, N25).
refusal-realtime-remedy = Utiliser le canal national d’interception.
refusal-own-draft = Vous avez écrit dans ce brouillon ou vous en êtes porté garant ; une autre personne doit le faire (règle 2).
refusal-own-draft-remedy = Demander à un collègue ayant ce rôle.
refusal-own-collection = Vous avez décidé ou réuni les données ; une autre personne doit les communiquer (règle 2).
refusal-own-collection-remedy = Demander à un réviseur qui n’y a pas pris part.
refusal-authoriser-type = La procédure n’accepte pas votre fonction comme signataire pour cette catégorie (N07).
refusal-authoriser-type-remedy = S’adresser à une autorité signataire du type désigné par la procédure.
refusal-authoriser-independence = La procédure exige un signataire plus indépendant pour cette catégorie (N07).
refusal-authoriser-independence-remedy = S’adresser à une autorité signataire plus indépendante.
refusal-accreditation-expired = Votre habilitation a pris fin.
refusal-accreditation-expired-remedy = Demander à votre administrateur de la renouveler.
refusal-field-missing = Une réponse exigée par la procédure manque (N01).
refusal-field-missing-remedy = La compléter.
refusal-field-too-long = Le texte est trop long : au plus {$max} caractères.
    .bare = Le texte est trop long.
refusal-field-too-long-remedy = Le raccourcir.
refusal-field-malformed = Cette réponse est illisible.
refusal-field-malformed-remedy = L’écrire sous la forme indiquée.
refusal-field-unknown = Ce champ n’existe pas ici.
refusal-field-unknown-remedy = L’omettre.
refusal-field-one-line = Ce champ ne prend qu’une ligne.
refusal-field-one-line-remedy = Supprimer les retours à la ligne.
refusal-field-date = Ce n’est pas une date.
refusal-field-date-remedy = L’écrire sous la forme 2026-11-24.
refusal-field-choice = Ce n’est aucun des choix.
refusal-field-choice-remedy = En choisir un.
refusal-field-yes-no = Ce n’est ni oui ni non.
refusal-field-yes-no-remedy = Choisir l’un des deux.
refusal-field-telephone = Ce n’est pas un numéro de téléphone au format international.
refusal-field-telephone-remedy = L’écrire avec + et l’indicatif du pays.
refusal-field-email = Ce n’est pas une adresse électronique.
refusal-field-email-remedy = L’écrire sous la forme nom@domaine.
refusal-field-number = Ce n’est pas un nombre entier.
refusal-field-number-remedy = N’écrire que des chiffres.
refusal-email-taken = Quelqu’un a déjà cette adresse.
refusal-email-taken-remedy = Chercher la personne dans la liste.
refusal-receipt-open = La réception d’un envoi communiqué n’est pas encore confirmée.
refusal-receipt-open-remedy = L’autorité confirme d’abord la réception.
refusal-no-items = Rien de précis n’est demandé : un identifiant manque ou vise une foule (règle 9, N18).
refusal-no-items-remedy = Indiquer une adresse, un numéro ou un compte par ligne.
refusal-too-many-items = Plus de {$max} éléments constituent une consultation en masse (règle 9, N18).
    .bare = Autant d’éléments constituent une consultation en masse (règle 9, N18).
refusal-too-many-items-remedy = En demander moins ou scinder par affaire.
refusal-identifier-faulty = L’identifiant n’est pas utilisable (N03).
refusal-identifier-faulty-remedy = Vérifier le type et la valeur.
refusal-window-missing = La période manque (règle 9, N18).
refusal-window-missing-remedy = Donner le premier et le dernier instant avec le décalage UTC.
refusal-window-order = La période finit avant de commencer (N02).
refusal-window-order-remedy = Les intervertir.
refusal-window-too-long = La période dépasse ce que permet la procédure : {$max} (N18).
    .bare = La période dépasse ce que permet la procédure (N18).
refusal-window-too-long-remedy = La raccourcir.
refusal-window-in-future = La période va dans l’avenir ; ce serait une collecte en temps réel (règle 8, N25).
refusal-window-in-future-remedy = La terminer au plus tard maintenant.
refusal-category-not-covered = La catégorie manque ou la procédure ne la couvre pas (N19).
refusal-category-not-covered-remedy = Choisir l’une de ses catégories.
refusal-offence-threshold = L’infraction n’atteint pas le seuil de {$months} mois (N08).
    .bare = L’infraction n’atteint pas le seuil (N08).
refusal-offence-threshold-remedy = Demander une autre catégorie ou corriger la peine.
refusal-reason-missing = Un motif manque.
refusal-reason-missing-remedy = L’indiquer en une ou deux phrases.
refusal-source-not-verified = L’origine n’est pas vérifiée (règle 3).
refusal-source-not-verified-remedy = Consigner les contrôles encore ouverts.
refusal-check-unknown = La procédure ne demande pas ce contrôle.
refusal-check-unknown-remedy = Choisir l’un des contrôles listés.
refusal-accreditation-unknown = Personne ne porte ce numéro d’habilitation dans l’annuaire de l’autorité.
refusal-accreditation-unknown-remedy = Relisez le numéro dans le message ; s’il n’y en a pas, le contrôle ne peut pas réussir.
refusal-not-signed-here = La demande n’a pas été signée dans cette instance.
refusal-not-signed-here-remedy = Désignez le fichier signé par son SHA-256.
refusal-document-missing = Un contrôle des documents en désigne au moins un.
refusal-document-missing-remedy = Choisissez un fichier, ou indiquez le SHA-256 du document que vous avez lu.
refusal-supervisor-not-another = Cette personne a rédigé la demande, ou c’est elle que vous avez jointe par contre-appel.
refusal-supervisor-not-another-remedy = Faites confirmer par un autre supérieur de l’enquêteur.
refusal-same-channel = C’est le numéro du contre-appel.
refusal-same-channel-remedy = Joignez le supérieur par un autre numéro ou une autre voie.
refusal-check-time = Un contrôle se fait après l’arrivée de la demande et se consigne ensuite.
refusal-check-time-remedy = Indiquez il y a combien de minutes il a eu lieu.
refusal-field-sha256 = Ce n’est pas un SHA-256.
refusal-field-sha256-remedy = Indiquez 64 chiffres hexadécimaux.
refusal-field-statement = Rien ne dit comment vous connaissez cette organisation.
refusal-field-statement-remedy = Le dire en une phrase ; les membres la lisent.
refusal-request-frozen = La demande est gelée parce que son origine a perdu la confiance.
refusal-request-frozen-remedy = Un réviseur du destinataire l’examine, ou une autre autorité signataire la signe de nouveau.
refusal-not-frozen = La demande n’est pas gelée.
refusal-not-frozen-remedy = Lisez ce qui est à faire maintenant.
refusal-source-revoked = Une personne qui répond de la demande n’est plus habilitée.
refusal-source-revoked-remedy = Une autre autorité signataire la signe de nouveau, ou l’habilitation est renouvelée.
refusal-needs-new-signature = La signature de la demande ne tient plus ; un examen ne la remplace pas.
refusal-needs-new-signature-remedy = Demandez à l’autorité de la faire signer de nouveau par une autre personne.
refusal-organisation-suspended = L’organisation {$organisation} ne participe pas actuellement.
    .bare = L’organisation ne participe pas actuellement.
refusal-organisation-suspended-remedy = Adressez-vous à l’exploitant de cette instance.
refusal-call-back-number = Un contre-appel utilise un numéro de l’annuaire, jamais celui de la demande (ligne directrice L-source).
refusal-call-back-number-remedy = Choisir l’entrée de l’annuaire appelée.
refusal-code-not-allowed = La procédure ne permet pas {$code} ici.
    .bare = La procédure ne permet pas ce motif ici.
refusal-code-not-allowed-remedy = Choisir l’un de ses motifs.
refusal-code-for-state = {$code} est un motif réservé à un État ; un fournisseur ne peut que le signaler.
    .bare = Ce motif est réservé à un État ; un fournisseur ne peut que le signaler.
refusal-code-for-state-remedy = Interroger l’autorité ou s’opposer.
refusal-item-unknown = Cet élément n’existe pas.
refusal-item-unknown-remedy = En choisir un du dossier.
refusal-item-decided = L’élément a déjà sa décision.
refusal-item-decided-remedy = En choisir un qui est ouvert.
refusal-category-unspecified = L’élément n’indique pas quelles données sont demandées (N01).
refusal-category-unspecified-remedy = Interroger l’autorité ou refuser comme incomplet.
refusal-decision-not-for-kind = Cette décision ne correspond pas au type de demande.
refusal-decision-not-for-kind-remedy = En choisir une autre.
refusal-items-open = Des éléments sont encore sans issue (règle 6).
refusal-items-open-remedy = Décider de chaque élément.
refusal-clarification-open = Une question est en suspens.
refusal-clarification-open-remedy = Attendre la réponse ou la donner.
refusal-clarification-unknown = Cette question n’est pas en suspens.
refusal-clarification-unknown-remedy = Lire les questions du dossier.
refusal-clarification-rounds = {$max ->
    [one] La seule série de questions est épuisée.
   *[other] Les {$max} séries de questions sont épuisées.
 }
    .bare = Toutes les séries de questions sont épuisées.
refusal-clarification-rounds-remedy = Décider avec ce que vous avez.
refusal-package-empty = Un envoi exige un élément accepté et un fichier complet.
refusal-package-empty-remedy = Accepter un élément, téléverser un fichier.
refusal-package-unknown = Aucun envoi dans cet état.
refusal-package-unknown-remedy = Lire les réponses du dossier.
refusal-file-incomplete = Un fichier n’est pas arrivé en entier.
refusal-file-incomplete-remedy = Envoyer le reste, puis le terminer.
refusal-file-being-inspected = Un fichier est en cours d’examen.
refusal-file-being-inspected-remedy = Réessayer dans un instant.
refusal-file-refused = L’examen d’un fichier a révélé ce qui l’empêche de partir.
refusal-file-refused-remedy = Lire le rapport à côté du fichier et en téléverser un autre.
refusal-columns-differ = Les colonnes indiquées ne sont pas celles du tableau.
refusal-columns-differ-remedy = Indiquer chaque colonne par son nom dans le fichier, dans l’ordre du fichier.
refusal-remark-unseen = Fichier {$file} : vous n’avez pas indiqué l’avoir examiné et avoir vu chaque remarque.
    .bare = Un fichier, ou une remarque à son sujet, n’a pas été examiné.
refusal-remark-unseen-remedy = Ouvrir le fichier, lire chaque remarque et confirmer chacune.
refusal-scope-missing = Élément {$item} : une donnée demandée ne figure dans aucun fichier.
    .bare = Une donnée demandée ne figure dans aucun fichier.
refusal-scope-missing-remedy = Indiquer le motif, ou abandonner l’envoi et le constituer à nouveau.
refusal-scope-extra = Fichier {$file}, colonne {$column} : personne ne l’a demandée.
    .bare = Un fichier contient ce que personne n’a demandé.
refusal-scope-extra-remedy = Abandonner l’envoi et retirer la colonne, ou indiquer pourquoi elle est communiquée.
refusal-file-taken-back = Ce fichier allait au-delà de la demande ; il n’est plus remis.
refusal-file-taken-back-remedy = Confirmer que vous avez supprimé vos copies.
refusal-manifest-missing = Il n’existe pas de bordereau signé de cet envoi ; aucun dossier de preuve ne peut être établi.
refusal-manifest-missing-remedy = Retirer les fichiers et la preuve de la demande. Un envoi reçoit son bordereau lors de sa communication.
refusal-sealing-required = Entre ces deux organisations, les fichiers circulent scellés de bout en bout ; un fichier en clair n’est pas accepté.
refusal-sealing-required-remedy = Sceller le fichier dans le navigateur ou avec comity evidence seal, puis l’envoyer de nouveau.
refusal-sealing-not-here = Entre ces deux organisations, les fichiers ne circulent pas de bout en bout : l’une d’elles n’a pas de coffre.
refusal-sealing-not-here-remedy = Envoyer le fichier en clair, que l’instance scelle ; ou faire d’abord créer le coffre.
refusal-sealing-mixed = Un envoi est scellé en entier ou pas du tout.
refusal-sealing-mixed-remedy = Ne prendre que des fichiers scellés avec leur manifeste, ou que des fichiers en clair.
refusal-sealing-outdated = Les fichiers sont scellés pour d’autres clés que celles qui valent à présent.
refusal-sealing-outdated-remedy = Relire les destinataires, puis sceller de nouveau les fichiers.
refusal-not-sealed = Ce n’est pas un fichier age binaire pour exactement les deux coffres.
refusal-not-sealed-remedy = Le sceller pour les destinataires que la demande indique, et pour personne d’autre.
refusal-vault-missing = Les fichiers circulent ici de bout en bout, et l’une des parties n’a plus de coffre que quelqu’un puisse ouvrir.
refusal-vault-missing-remedy = Cette partie crée une nouvelle époque de son coffre ; d’ici là rien n’est envoyé, et jamais d’une autre manière.
refusal-vault-kinds-differ = Les coffres des deux parties sont de types différents, et aucun fichier ne peut être scellé pour les deux.
refusal-vault-kinds-differ-remedy = L’une des parties crée une nouvelle époque de son coffre, du type de celui de l’autre.
refusal-officer-key-missing = Vous n’avez pas encore de clé personnelle.
refusal-officer-key-missing-remedy = En créer une sur la page de votre compte.
refusal-grants-differ = Les octrois ne visent pas exactement les ayants droit qui ont une clé personnelle.
refusal-grants-differ-remedy = Relire le coffre et l’octroyer aux membres qu’il indique.
refusal-grant-missing = Vous ne détenez pas cette époque.
refusal-grant-missing-remedy = Demander à quelqu’un qui la détient de vous l’octroyer.
refusal-opening-required = Un fichier scellé n’est remis qu’à la personne qui vient d’ouvrir son envoi.
refusal-opening-required-remedy = Ouvrir l’envoi en indiquant la finalité ; cela vaut un quart d’heure.
refusal-file-destroyed = La clé de ce fichier a été détruite ; plus personne ne peut le lire.
refusal-file-destroyed-remedy = Demander une autre réponse au fournisseur, si elle est nécessaire.
refusal-deletion-open = Ce qui allait au-delà de la demande n’a pas encore été supprimé.
refusal-deletion-open-remedy = Le supprimer et confirmer la suppression.
refusal-file-too-large = Le fichier dépasse {$max} octets.
    .bare = Le fichier dépasse la taille que cette instance accepte.
refusal-file-too-large-remedy = Le scinder ou s’adresser à l’exploitant.
refusal-hold-open = La conservation n’a pas pris fin (règle 5).
refusal-hold-open-remedy = La convertir ou la lever.
refusal-hold-ended = Il n’y a pas de conservation ou elle a pris fin.
refusal-hold-ended-remedy = Faire une nouvelle demande si les données sont encore nécessaires.
refusal-extensions-used-up = La procédure permet {$max ->
    [one] {$max} prolongation
   *[other] {$max} prolongations
 } ; il n’en reste aucune.
    .bare = Les prolongations que permet la procédure sont épuisées.
refusal-extensions-used-up-remedy = Annoncer plutôt la demande de production.
refusal-already-sent = La demande a quitté le service et ne peut plus être modifiée en tant que brouillon.
refusal-already-sent-remedy = La retirer ou corriger des éléments en nouvelle édition.
refusal-already-ended = La demande a pris fin.
refusal-already-ended-remedy = En commencer une nouvelle.
refusal-clock-not-open = Aucun délai de ce nom n’est en cours.
refusal-clock-not-open-remedy = En choisir un qui court.
refusal-mail-domain = L’adresse n’est pas dans le domaine {$domain} de l’organisation (ligne directrice L-source).
    .bare = L’adresse n’est pas dans le domaine de l’organisation (ligne directrice L-source).
refusal-mail-domain-remedy = Donner l’adresse officielle.
refusal-role-not-here = Le rôle {$role} n’existe pas dans ce type d’organisation.
    .bare = Ce rôle n’existe pas dans ce type d’organisation.
refusal-role-not-here-remedy = En choisir un autre.
refusal-last-administrator = Le dernier administrateur ne peut pas être retiré.
refusal-last-administrator-remedy = En nommer d’abord un autre.
refusal-message-unreadable = Le message ne peut pas être lu.
refusal-message-unreadable-remedy = L’envoyer selon la norme.
refusal-erased = Le contenu de ce dossier a été effacé à l’issue de sa durée de conservation.
refusal-erased-remedy = Sa page indique quand et selon quelle règle, et donne la preuve.
refusal-trail-too-many = Plus de {$max} entrées répondent au filtre.
    .bare = Trop d’entrées répondent au filtre.
refusal-trail-too-many-remedy = Restreindre le filtre, par exemple à une période plus courte.
refusal-too-much = Trop de demandes à la fois.
refusal-too-much-remedy = Réessayer plus tard.
refusal-token-rotated = Un autre jeton a pris la place de celui-ci ; jusqu’au {$until} les deux étaient acceptés.
    .bare = Un autre jeton a pris la place de celui-ci, et le temps où les deux étaient acceptés est passé.
refusal-token-rotated-remedy = Employez le nouveau jeton ; un administrateur de votre organisation en a reçu le secret, ou peut en créer un autre.
refusal-certificate-required = Le jeton ne vaut qu’avec le certificat client auquel il est lié.
refusal-certificate-required-remedy = Connectez-vous avec ce certificat, directement à cette instance ; s’il a été renouvelé, un administrateur renouvelle le jeton pour le nouveau.
refusal-token-of-another = Le jeton agit pour une autre personne, et elle seule peut le renouveler.
refusal-token-of-another-remedy = Créez votre propre jeton, ou adressez-vous à cette personne ; un jeton qui ne doit plus servir est révoqué.
refusal-presence-required = Pour cela, une clé d’accès doit avoir été présentée dans les cinq dernières minutes ; un jeton n’en présente jamais.
refusal-presence-required-remedy = Sur la page, appuyer de nouveau sur le bouton et présenter la clé d’accès ; un système laisse cet acte à une personne connectée.
refusal-signature-required = Cet acte est signé avec une clé d’accès, et aucune signature ne l’accompagne ; un jeton ne signe jamais.
refusal-signature-required-remedy = Sur la page, appuyer de nouveau sur le bouton et présenter la clé d’accès ; un système laisse cet acte à une personne connectée.
refusal-federation-refused = La réponse de la connexion de votre organisation n’est pas valable, ou ce navigateur ne l’a pas demandée.
refusal-federation-refused-remedy = Recommencer depuis la page de connexion ; si cela se répète, se connecter avec sa clé d’accès et prévenir son administrateur.
refusal-federation-unknown = Le compte auprès de votre organisation n’est relié à personne ici.
refusal-federation-unknown-remedy = Se connecter avec sa clé d’accès, puis le relier sur la page de son compte.
refusal-federation-weak = La connexion de votre organisation n’indique pas une authentification aussi forte que ce qui est exigé ici.
refusal-federation-weak-remedy = S’y connecter par le moyen plus fort que votre organisation vous a remis, ou ici avec sa clé d’accès.
refusal-federation-unavailable = La connexion de votre organisation ne peut pas être jointe, ou sa réponse est inutilisable.
refusal-federation-unavailable-remedy = Se connecter avec sa clé d’accès, ou réessayer plus tard.
refusal-passkey-refused = La réponse de la clé d’accès manque ou ne prouve pas ce qu’elle doit prouver.
refusal-passkey-refused-remedy = Recommencer à cette adresse avec une clé d’accès personnelle qui n’a pas été révoquée.
refusal-passkey-expired = La question posée à la clé d’accès a déjà reçu une réponse ou date de plus de cinq minutes.
refusal-passkey-expired-remedy = Recommencer.
refusal-passkey-cloned = Le compteur de la clé d’accès a reculé : il en existe peut-être une copie.
refusal-passkey-cloned-remedy = Utiliser une autre clé d’accès, révoquer celle-ci et prévenir l’administrateur.
refusal-last-authenticator = C’est la dernière clé d’accès, et il n’y a pas de code de secours.
refusal-last-authenticator-remedy = Ajouter d’abord une autre clé d’accès ou créer un code de secours.
refusal-recovery-code = Ce code de secours est inconnu ou a déjà servi.
refusal-recovery-code-remedy = Le relire sur la page imprimée. S’il est perdu lui aussi, demander un nouveau lien à l’administrateur.
refusal-sign-in-expired = Le lien ou la session n’est plus valable.
refusal-sign-in-expired-remedy = Demander un nouveau lien.
refusal-foreign-form = Le formulaire ne vient pas d’une page de cette instance.
refusal-foreign-form-remedy = Rouvrir la page et recommencer.
refusal-object-known = Un objet portant cet identifiant a déjà été envoyé.
refusal-object-known-remedy = Donner un nouvel identifiant à un nouvel objet ou demander celui qui est détenu.

organisation-status-joining = pas encore admise
cause-vouchers_fell = Les garants de l’organisation requérante ne suffisent plus
finding-P10 = L’autorité est en période probatoire ici.
domain-proof-dns = prouvé par le DNS
domain-proof-letter = prouvé par lettre
alarm-A1 = Une urgence, envoyée avec une clé d’accès de moins de sept jours.
alarm-A2 = Envoyée en dehors des heures de travail.
alarm-A3 = Bien plus en un jour que d’habitude.
alarm-A4 = Ce destinataire n’avait jamais été sollicité.
notice-alarm-A1-subject = Comity : alerte A1 au nom de votre organisation
notice-alarm-A1-body = A1 : {$reference} a envoyé une urgence avec une clé d’accès de moins de sept jours. Appelez cette personne maintenant. Si ce n’était pas elle, un administrateur la suspend ici, et tout ce qu’elle a envoyé est gelé : {$link}
notice-alarm-A2-subject = Comity : alerte A2 au nom de votre organisation
notice-alarm-A2-body = A2 : {$reference} a envoyé une demande en dehors des heures de travail. Appelez cette personne. Si ce n’était pas elle, un administrateur la suspend ici, et tout ce qu’elle a envoyé est gelé : {$link}
notice-alarm-A3-subject = Comity : alerte A3 au nom de votre organisation
notice-alarm-A3-body = A3 : {$reference} a envoyé à un destinataire bien plus en un jour que votre organisation d’habitude. Appelez cette personne. Si ce n’était pas elle, un administrateur la suspend ici, et tout ce qu’elle a envoyé est gelé : {$link}
notice-alarm-A4-subject = Comity : alerte A4 au nom de votre organisation
notice-alarm-A4-body = A4 : {$reference} a envoyé une demande à un destinataire que votre organisation n’avait jamais sollicité. Appelez cette personne. Si ce n’était pas elle, un administrateur la suspend ici, et tout ce qu’elle a envoyé est gelé : {$link}
notice-alarm-own-subject = Comity : un envoi inhabituel avec votre compte
notice-alarm-own-body = Un envoi inhabituel a été fait sous l’habilitation {$reference}. Si ce n’était pas vous, appelez aussitôt votre administrateur et mettez fin à vos sessions. {$link}
notice-vouched-subject = Comity : votre organisation se porte garante de {$reference}
notice-vouched-body = Un administrateur s’est porté garant de {$reference} au nom de votre organisation. Si vous n’en étiez pas convenus, retirez cette garantie : {$link}
notice-probation-over-subject = Comity : la période probatoire de {$reference} est terminée
notice-probation-over-body = La période probatoire de {$reference} est terminée. {$link}
refusal-probation-emergency = Votre organisation est en période probatoire jusqu’au {$until} ; elle n’envoie aucune urgence.
    .bare = Votre organisation est en période probatoire ; elle n’envoie aucune urgence.
refusal-probation-emergency-remedy = Choisissez une autre priorité ; si une vie est en danger, appelez la permanence du destinataire indiquée dans l’annuaire.
refusal-probation-quota = Votre organisation est en période probatoire et a envoyé {$max} demandes aujourd’hui ; aucune autre n’est envoyée.
    .bare = Votre organisation est en période probatoire et a envoyé aujourd’hui autant de demandes qu’elle le peut.
refusal-probation-quota-remedy = Envoyez-la demain, ou demandez à l’exploitant de cette instance de mettre fin à la période probatoire en indiquant le motif.
refusal-voucher-unfit = Votre organisation ne peut se porter garante de celle-ci.
refusal-voucher-unfit-remedy = Un membre en période probatoire, ou d’une autre nature, ne se porte pas garant, et nul ne l’est de soi-même. Adressez-vous à un autre membre.
refusal-vouched-already = Votre organisation, ou vous pour une autre, s’en est déjà portée garante.
refusal-vouched-already-remedy = Un autre membre doit s’en porter garant, par une autre personne.
refusal-domain-unproved = Le DNS ne donne pas le jeton sous {$name}.
    .bare = Le DNS ne donne pas le jeton.
refusal-domain-unproved-remedy = L’organisation le publie dans un enregistrement TXT, puis on vérifie de nouveau ; ou bien consigner une lettre signée.
refusal-no-resolver = Aucun résolveur n’est configuré, ou il ne répond pas.
refusal-no-resolver-remedy = Indiquer dans vetting.resolver un résolveur de confiance, ou consigner une lettre signée.
