# Words of printed papers.

## What the papers are

paper-request = Demande de données stockées
paper-non-execution = Décision de non-exécution
paper-receipt = Récépissé
paper-certificate = Attestation de réponse
paper-epoc = Certificat d’injonction européenne de production (EPOC)
paper-epoc-pr = Certificat d’injonction européenne de conservation (EPOC-PR)
paper-epoc-non-execution = Informations sur l’impossibilité d’exécuter un EPOC ou un EPOC-PR
paper-tcy-preservation = Demande de conservation rapide de données informatiques stockées

## On every page

paper-page = Page
paper-page-of = sur
paper-proof-log = Registre : journal {$log}, feuilles {$leaves}.
paper-proof-unsealed = Registre : pas encore scellé dans le journal.
paper-proof-some = { $count ->
    [one] {$count} événement n’est pas encore scellé.
   *[other] {$count} événements ne sont pas encore scellés.
}
paper-copy-authority = Exemplaire de l’autorité requérante, selon l’état du dossier au {$at}.
paper-copy-provider = Exemplaire du destinataire, selon l’état du dossier au {$at}. Les rubriques qui ne lui sont pas destinées sont signalées sans être reproduites.
paper-copy-other = Exemplaire selon l’état du dossier au {$at}.
paper-unreviewed-rules = Certaines règles de la procédure appliquée n’ont pas été vérifiées sur leur texte d’origine. Les sections qui en dépendent sont signalées.
paper-unreviewed-form-eu = Les sections suivent le certificat annexé au règlement (UE) 2023/1543. Leurs rubriques n’ont pas été comparées au Journal officiel, qui seul fait foi.
paper-unreviewed-form-tcy = Les sections suivent le formulaire T-CY(2018)11. Seules les sept premières ont été consultées ; l’ordre des autres n’est pas vérifié.
paper-unreviewed = non vérifié
paper-not-stated = non indiqué
paper-withheld = consigné ; non destiné à ce lecteur
paper-nothing-stated = Rien n’est indiqué.
paper-yes = Oui
paper-no = Non

## Parties, people and references

paper-reference = Référence
paper-provider-reference = Référence du destinataire
paper-file-number = Numéro de dossier
paper-kind = Objet de la demande
paper-priority = Priorité
paper-state = État
paper-edition = Édition
paper-received = Reçue par le système du destinataire
paper-who = Qui demande à qui
paper-authority = Autorité requérante
paper-addressee = Destinataire
paper-switchboard = Standard, d’après l’annuaire
paper-channel = Transmise par
paper-claimed-sender = Expéditeur nommé par le message
paper-deficits = Ce qui manque au message
paper-name = Nom
paper-function = Fonction
paper-accreditation = Habilitation
paper-signed-at = Date et heure
paper-capacity = Qualité
paper-address = Adresse
paper-email = Adresse électronique officielle
paper-fax = Télécopie
paper-contact-person = Personne à contacter
paper-ink = Signature et cachet, si le formulaire est remis sur papier

## The request

paper-law = Base légale et infraction
paper-legal-basis = Base légale
paper-procedure = Procédure écrite
paper-procedure-version = {$id}, version {$version}
paper-items = Ce qui est demandé exactement
paper-items-summary = Chaque ligne est un élément : son numéro, l’identifiant, les données demandées et la période.
paper-item = Élément
paper-identifier = Identifiant
paper-data = Données
paper-period = Période (avec décalage UTC)
paper-all-elements = toutes les données de cette catégorie
paper-limit = Limité à : {$limit}
paper-clocks = Délais
paper-clocks-summary = Chaque ligne est un délai : ce qui est dû, par qui, l’échéance et la date à laquelle il a pris fin.
paper-clock = Ce qui est dû
paper-clock-obliged = Par qui
paper-clock-due = Échéance
paper-clock-stopped = Arrêté
paper-clock-open = en cours
paper-no-clocks = Aucun délai n’a commencé à courir.
paper-held-since = Données conservées depuis
paper-held = Conservation
paper-signatures = Signatures
paper-gatekeeper = Point de contact unique, garant de la demande
paper-authoriser = Autorité signataire de la demande
paper-statement = Motivation de la nécessité et de la proportionnalité
paper-not-vouched = Aucun point de contact unique ne s’est porté garant de cette demande.
paper-not-authorised = Cette demande n’est pas signée.
paper-signed-how = Chaque signature a été enregistrée alors que la personne nommée était connectée au système sous l’habilitation indiquée. L’événement figure dans le journal cité en bas de page.

## What was not executed

paper-not-executed = Éléments non exécutés, ou exécutés en partie
paper-not-executed-summary = Chaque ligne est un élément : son numéro, ce qui était demandé, la décision motivée et ce qui permettrait d’y donner suite.
paper-what = Ce qui était demandé
paper-decision = Décision et motifs
paper-remedy = Ce qui permettrait d’y donner suite
paper-no-remedy = aucun n’est indiqué
paper-explanation = Explication
paper-items-open = { $count ->
    [one] {$count} autre élément n’est pas encore décidé.
   *[other] {$count} autres éléments ne sont pas encore décidés.
}
paper-decided = Qui a décidé
paper-decided-by = Décidé pour le destinataire par

## The receipt

paper-events = Ce qui s’est passé
paper-events-lead = Tous les événements du dossier que ce lecteur peut voir, chacun avec son empreinte salée (SHA-256). L’empreinte permettra de montrer que l’événement a été consigné tel quel ; elle ne révèle rien de son contenu.
paper-events-summary = Chaque ligne est un événement : son numéro, sa date, son objet et son auteur, son empreinte et sa feuille dans le journal.
paper-number = Nº
paper-when = Quand
paper-event = Quoi et par qui
paper-commitment = Empreinte et place dans le journal
paper-leaf = feuille {$leaf} de {$log}
paper-leaf-unsealed = pas encore scellé
paper-promise = Engagement
paper-promise-lead = L’instance s’est engagée, par sa signature, à ce que les empreintes qui ne sont pas encore scellées soient conservées et figurent dans son journal. À défaut, cette note prouve qu’elle y a manqué.
paper-promise-note = Note signée
paper-promise-key = Clé de vérification de l’engagement ; comparez-la à une autre source
paper-packages-received = Envois reçus par l’autorité

## The certificate

paper-certified = Ce qui est attesté
paper-certified-lead = Le présent document atteste, d’après le registre de l’échange, quels fichiers répondent à quels éléments, qui les a réunis et communiqués, et l’empreinte de chacun. Il n’atteste pas l’exactitude de leur contenu.
paper-verified = Origine de la demande vérifiée
paper-package = Envoi {$number}
paper-answers-items = Répond aux éléments
paper-note = Note
paper-files-summary = Chaque ligne est un fichier : son nom, sa taille en octets et son empreinte SHA-256.
paper-file = Fichier
paper-bytes = Octets
paper-sha256 = SHA-256
paper-prepared = Réuni par
paper-released = Communiqué par une seconde personne
paper-received-by = Réception confirmée pour l’autorité par
paper-not-received = L’autorité n’a pas confirmé la réception de cet envoi.
paper-confirmation = Confirmation
paper-remark = Remarque
paper-receipt-intact = Les empreintes concordent et le contenu correspond à la demande.
paper-receipt-broken = Ce qui a été reçu n’est pas conforme.
paper-receipt-over = Plus que demandé a été reçu ; l’excédent est supprimé.
paper-verify-files = Comment vérifier les fichiers
paper-verify-files-lead = Un fichier est bien celui qui a été communiqué si son empreinte est celle imprimée ici.
paper-verify-digest = Calculez l’empreinte du fichier :
paper-verify-compare = Comparez-la, chiffre par chiffre, au SHA-256 du tableau ci-dessus. La moindre différence désigne un autre fichier.

## How anybody checks

paper-verify = Comment vérifier ce document
paper-verify-lead = Ce qui est imprimé ici provient d’un registre que personne ne peut modifier sans que cela se voie. Toute personne ayant accès au dossier peut en retirer la preuve et la vérifier sans faire confiance à l’instance.
paper-verify-proof = Retirez la preuve du dossier, une fois connecté :
paper-verify-policy = Procurez-vous les clés du journal auprès d’une source sûre, ou à cette adresse en les comparant :
paper-verify-run = Vérifiez l’une au moyen des autres :

## Regulation (EU) 2023/1543

paper-eu-preamble = À l’attention du destinataire
paper-epoc-preamble = Le destinataire exécute le présent certificat et transmet les données à l’autorité nommée à la section L, point a). Dès réception, il conserve les données jusqu’à leur production ou jusqu’à ce qu’il soit informé que cela n’est plus nécessaire. Il assure la confidentialité, le secret et l’intégrité du certificat et des données.
paper-epoc-pr-preamble = Le destinataire conserve les données sans retard injustifié. L’obligation cesse après 60 jours, sauf si l’autorité d’émission la prolonge une fois de 30 jours (annexe VI) ou confirme qu’une demande de production a été émise (annexe V). Il assure la confidentialité, le secret et l’intégrité du certificat et des données.
paper-eu-authorities = Autorité d’émission et autorité de validation
paper-eu-issuing-state = État d’émission
paper-eu-issuing-authority = Autorité d’émission
paper-eu-addressee = Destinataire
paper-eu-addressee-file = Numéro de dossier du destinataire, s’il est connu
paper-eu-deadlines = Délais
paper-eu-deadline = Les données sont transmises
paper-eu-ten-days = dès que possible et au plus tard dans les 10 jours suivant la réception (l’autorité chargée de la mise en œuvre n’est pas notifiée)
paper-eu-ten-days-notified = à l’expiration des 10 jours si l’autorité chargée de la mise en œuvre ne refuse pas, ou dès qu’elle confirme qu’elle ne refusera pas
paper-eu-eight-hours = sans retard injustifié et au plus tard dans les 8 heures suivant la réception (urgence)
paper-eu-earlier = Lien avec une demande antérieure
paper-eu-identification = Informations permettant d’identifier les données
paper-identification-summary = Chaque ligne est un élément : son numéro, l’identifiant et la période.
paper-eu-data = Données à produire
paper-eu-data-preserved = Données à conserver
paper-eu-data-of = {$term} – éléments {$items}
paper-eu-element-of = {$label} (éléments {$items})
paper-eu-limits = Limites énoncées, par élément
paper-eu-conditions = Conditions
paper-eu-user-information = Information de l’utilisateur
paper-eu-issuing = Autorité d’émission : coordonnées
paper-eu-issuing-type = Type d’autorité d’émission
paper-eu-court = juge, juridiction ou juge d’instruction
paper-eu-prosecutor = procureur
paper-eu-other = autre autorité compétente
paper-eu-unvalidated = émis sans validation préalable, en situation d’urgence
paper-eu-issued-by = Pour l’autorité d’émission
paper-eu-validating = Autorité de validation : coordonnées
paper-eu-validated = Date et signature de l’autorité de validation
paper-eu-enforcing = Autorité chargée de la mise en œuvre notifiée
paper-eu-not-notified = Aucune. La procédure sous laquelle ce certificat est émis ne couvre aucune donnée pour laquelle l’autorité chargée de la mise en œuvre est notifiée.
paper-eu-transfer = Transmission des données
paper-eu-only-enforcing = Réservé à l’autorité chargée de la mise en œuvre ; jamais communiqué au destinataire
paper-eu3-certificate = Certificat concerné
paper-eu3-issued = Date d’émission
paper-eu3-enforcing = Autorité chargée de la mise en œuvre et son numéro de dossier
paper-eu3-addressee = Destinataire
paper-eu3-reasons = Motifs
paper-eu3-reasons-tick = Le certificat ne peut être exécuté, ou ne peut l’être à temps, parce que
paper-eu3-reasons-summary = Chaque ligne est un identifiant : son élément, les motifs et l’explication.
paper-eu3-ground = Motif
paper-eu3-incomplete = il est incomplet
paper-eu3-error = il contient des erreurs manifestes
paper-eu3-insufficient = il ne contient pas suffisamment d’informations
paper-eu3-not-stored = les données ne sont pas stockées par le fournisseur ou pour son compte au moment de la réception
paper-eu3-impossible = une autre impossibilité de fait s’y oppose
paper-eu3-authority = il n’a pas été émis ou validé par une autorité visée à l’article 4
paper-eu3-offence = l’infraction n’est pas couverte par l’article 5, paragraphe 4
paper-eu3-service = le service n’est pas couvert
paper-eu3-immunity = les données sont protégées par des immunités ou privilèges, ou par des règles sur la liberté de la presse ou d’expression dans d’autres médias
paper-eu3-third-country = l’exécution serait contraire au droit d’un pays tiers
paper-eu3-no-longer = les données ne sont plus détenues ou ne peuvent être conservées
paper-eu3-conflict = Conflit avec le droit d’un pays tiers
paper-eu3-no-conflict = Aucun conflit de ce genre n’est indiqué.
paper-eu3-needed = Informations attendues de l’autorité d’émission
paper-eu3-needed-what = Questions posées
paper-eu3-preservation = Conservation des données
paper-eu3-preservation-summary = Chaque ligne est un identifiant : son élément et l’état de conservation de ses données.
paper-eu3-signed = Établissement désigné ou représentant légal
paper-eu3-authorised-person = Personne autorisée

## T-CY(2018)11

paper-tcy-date = Date
paper-tcy-reference = Référence
paper-tcy-status = Nature de la demande
paper-tcy-requested = Autorité requise
paper-tcy-requesting = Autorité requérante
paper-tcy-cell = Téléphone mobile
paper-tcy-confirmation = Contact pour confirmation complémentaire
paper-tcy-investigating = Autorité chargée de l’enquête, si elle est différente
paper-tcy-offence = Infraction et qualification juridique
paper-tcy-facts = Résumé des faits
paper-tcy-data = Données à conserver et lien avec l’infraction
paper-tcy-custodian = Détenteur, fournisseur ou localisation
paper-tcy-necessity = Nécessité et urgence
paper-tcy-duration = Durée demandée
paper-tcy-partial = Divulgation partielle de données relatives au trafic (article 30)
paper-tcy-confidentiality = Confidentialité
paper-tcy-assistance = Demande d’entraide qui suivra
paper-tcy-signature = Remarques et signature
