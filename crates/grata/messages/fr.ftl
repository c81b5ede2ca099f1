# Mots de l'application. Un fichier par langue, les mêmes messages dans chacun.

skip = Aller au contenu
nav = Parties du bureau
languages = Langue
nav-albums = Albums
nav-people = Personnes et réponses
nav-recalls = Rappels
nav-requests = Demandes
nav-log = Journal
nav-channels = Canaux
nav-accounts = Collègues
foot-object = Me cacher sur une photo
foot-status = Ce qui est traité ici
filters = Ne montrer que
pages = Pages
show = Afficher
yes = Oui
no = Non
undo = Annuler
next = Suivante
previous = Précédente

month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
day = { $day } { $month } { $year }
days = { $n ->
    [one] { $n } jour
   *[other] { $n } jours
}
photos = { $n ->
    [0] aucune photo
    [one] { $n } photo
   *[other] { $n } photos
}
people = { $n ->
    [0] personne n'est invité
    [one] { $n } personne
   *[other] { $n } personnes
}
photo-number = Photo { $n }
channel-find = Retrouver des photos
channel-notify = Nouvelles

front-title = Bienvenue
front-claim = Seules les personnes qui ont dit oui sont montrées.
front-lead = Une organisation publie ici ses photos. Qui n'a pas dit oui, exactement pour cela, est caché.
front-link = J'ai un lien
front-link-help = Dites oui ou non, voyez vos photos et ce qui est gardé sur vous. Sans compte.
front-object = Me cacher sur une photo
front-object-help = Montrez une photo publiée. Elle est cachée aussitôt, sans donner ni visage ni nom.
front-desk = Je travaille ici
front-desk-help = Se connecter au bureau : albums, personnes, publications.

sign-in = Se connecter
sign-out = Se déconnecter
login = Identifiant
password = Mot de passe
sign-in-help = Pas encore de compte, ou mot de passe oublié ? Le responsable de cette installation vous fait un lien pour un nouveau compte.
sign-in-wrong = L'identifiant et le mot de passe ne vont pas ensemble.
sign-in-too-often = Trop d'essais pour cet identifiant. Attendez une minute, puis réessayez.
sign-in-needs-passkey = Ce compte se connecte avec sa clé d'accès. Le mot de passe seul ne suffit pas ici.
sign-in-passkey-title = Avec une clé d'accès
sign-in-passkey-help = Ni identifiant ni mot de passe : votre appareil demande votre doigt, votre visage ou un code.
sign-in-passkey = Se connecter avec une clé d'accès
start-title = Créez votre compte
start-lead = Ce lien crée un seul compte, une seule fois.
start-secret = Code du lien
start-label = Votre nom, pour vos collègues
start-login-help = Avec quoi vous vous connecterez, par exemple votre adresse e-mail
start-password-help = Au moins { $n } caractères ; quelques mots à la suite conviennent
start-go = Créer mon compte
start-no-link = Ce lien ne mène nulle part, ou a déjà servi. Demandez-en un nouveau.
start-incomplete = Il faut un nom, un identifiant et un mot de passe assez long.
start-taken = Quelqu'un se connecte déjà avec cet identifiant.
link-person = Votre page
link-gallery = Une galerie
link-opening = Ouverture de votre lien …
link-paste = Votre lien
link-paste-help = S'il ne s'est pas ouvert tout seul, collez-le ici en entier.
link-open = Ouvrir

trouble-not-found = Il n'y a rien ici
trouble-not-found-advice = L'adresse est peut-être mal tapée, ou le lien a pris fin. Demandez-en un nouveau à qui vous l'a donné.
trouble-forbidden = Cela ne fait pas partie de votre rôle
trouble-forbidden-advice = Le responsable de cette installation dit qui fait quoi.
trouble-foreign = Cela ne venait pas d'une de nos pages
trouble-foreign-advice = Rien n'a changé. Rouvrez la page et recommencez là.
trouble-too-often = Trop d'essais
trouble-too-often-advice = Attendez une minute, puis réessayez.
trouble-too-large = C'est trop gros
trouble-too-large-advice = Rien n'a été gardé. Envoyez un fichier plus petit.
trouble-broken-off = L'envoi s'est interrompu
trouble-broken-off-advice = Rien n'a été gardé. Envoyez-le encore une fois.
trouble-invalid = Quelque chose manque ou n'a pas de sens
trouble-invalid-advice = Rien n'a changé. Revenez en arrière et regardez ce qui a été rempli.
trouble-denied = Ce n'est pas permis
trouble-denied-advice = Une règle protège ici quelqu'un. Rien n'a changé.
trouble-conflict = Cela ne va pas avec ce qui est là
trouble-conflict-advice = Quelqu'un d'autre a peut-être été plus rapide. Rouvrez la page.
trouble-unavailable = Cela ne marche pas en ce moment
trouble-unavailable-advice = Rien n'est perdu. Réessayez dans un instant.
trouble-internal = Une faute de grata
trouble-internal-advice = Rien n'est perdu. Si cela recommence, dites-le à qui fait marcher cette installation.
trouble-passkey = Cette clé d'accès n'est pas acceptée
trouble-passkey-advice = Réessayez une fois, ou utilisez votre mot de passe.

new-album = Nouvel album
new-album-lead = Dites à quoi servent les photos avant que la première n'arrive. C'est exactement ce que les personnes liront quand on leur demandera.
new-album-go = Créer l'album
new-album-no-day = Donnez le dernier jour où les photos sont gardées.
new-album-incomplete = Quelque chose manque, ou le dernier jour est passé. Qui a pris les photos est une personne ou une fonction, pas le web.
album-title = Titre
album-source = Qui a pris les photos ?
album-source-help = Une personne ou une fonction, par exemple « photographe du club »
album-purpose = À quoi servent-elles ?
album-purpose-help = Par exemple « nouvelles du club »
album-controller = Qui en répond ?
album-controller-help = L'organisation, avec son adresse
album-contact = Où les personnes peuvent-elles écrire ?
album-contact-help = Une adresse e-mail ou un numéro de téléphone
album-audience = Qui les verra ?
album-keep-until = Gardées jusqu'au
album-times = Heure des photos
album-times-help = Pour qui se cherche dans une galerie. Arrondie avant d'être gardée ; l'heure exacte ne sort jamais.
times-off = Ne pas la dire
times-day = Au jour près
times-hour = À l'heure près
times-quarter = Au quart d'heure près
times-go = Enregistrer
times-reading = Relecture des photos déjà présentes
times-unread = { $n ->
    [one] L'heure de { $n } photo n'a pas pu être relue. Ce qu'on en savait reste.
   *[other] L'heure de { $n } photos n'a pas pu être relue. Ce qu'on en savait reste.
}
audience-everyone = Tout le monde peut voir
audience-members = Membres seulement
albums-none = Pas encore d'album
albums-none-help = Un album contient les photos d'une occasion. Créez le premier, puis déposez-y vos photos.
kept-until = gardé jusqu'au { $day }

upload-drop = Déposez ici des photos ou un dossier
upload-help = Chaque visage est caché avant que quoi que ce soit ne soit montré.
upload-pick = Choisir des photos
upload-waiting = en attente
upload-working = recherche de visages …
upload-broken = la connexion s'est coupée
upload-progress = Photos prises en charge
upload-pause = Pause
upload-resume = Reprendre
upload-no-script = Déposer des photos demande JavaScript. Sans lui : grata add.
upload-in = { $n ->
    [0] ajoutée, aucun visage trouvé
    [one] ajoutée, { $n } visage caché
   *[other] ajoutée, { $n } visages cachés
}
upload-left-out = déjà dans l'album
upload-removed = retirée à la demande de quelqu'un ; elle n'est pas reprise
upload-after = Certaines photos ne sont pas dans l'album. La liste dit pourquoi.
upload-after-go = Afficher l'album tel qu'il est maintenant
upload-failed = pas ajoutée : { $reason }
filter-all = Toutes
state-doubtful = à regarder
state-open = tout caché
state-ready = prête
state-released = publiée
state-recalled = rappelée
tile-faces = { $named } / { $faces }

photo-of = Photo { $number } sur { $total }
photo-channel = Canal
photo-broken = Le serveur ne répond pas. Rien n'a été gardé ; réessayez.
photo-steps = Photos
codes = Numéros et codes
codes-help = Par dossard, maillot ou carte, chacun trouve ses photos sans visage.
codes-add = Ajouter
codes-field = Numéro ou code à ajouter
codes-remove = Retirer { $code }
codes-as-before = Comme sur la photo précédente : { $codes }
keys-codes = ajouter un numéro ou un code
photo-stage = La photo avec un cadre autour de chaque visage
photo-faces = Visages
photo-file = Fichier :
photo-doubtful = Quelqu'un doit regarder cette photo avant qu'elle ne sorte.
faces = { $n ->
    [one] { $n } visage
   *[other] { $n } visages
}
faces-open = { $n } sans nom
faces-none = Aucun visage trouvé. Si vous en voyez un, tracez un cadre autour.
face-number = Visage { $n }
face-shown = Montré : a dit oui ({ $channel })
face-none = Un relecteur a dit que ce n'est pas un visage.
face-none-short = Pas un visage
face-who = Qui est le visage { $n } ?
face-who-short = Deux lettres d'un nom
face-is = C'est cette personne
pick-yes = a dit oui
draw = Ajouter un visage oublié
compare = Avant / après
compare-after = La photo telle qu'elle sortirait
reviewed-next = Regardée, photo suivante
reviewed-last = Regardée, retour à l'album
keys = Touches
keys-arrows = d'un visage à l'autre
keys-letters = deux lettres d'un nom, puis Entrée
keys-none = pas un visage
keys-draw = ajouter un visage oublié (flèches pour déplacer, Maj + flèches pour agrandir, Entrée)
keys-undo = annuler le dernier mot sur ce visage
keys-compare = avant / après
keys-done = regardée, photo suivante

hidden-because = Caché : { $reason }
reason-unknown = personne n'a dit qui c'est
reason-erased = cette personne n'est plus là
reason-restricted = l'usage de ses données est gelé
reason-age-unknown = personne n'a dit son âge
reason-refused = a dit non
reason-withdrawn = a retiré son oui
reason-contested = dit que le formulaire n'était pas le sien
reason-guardian-refused = un tuteur a dit non
reason-guardian-withdrew = un tuteur a retiré son oui
reason-expired = le oui a pris fin
reason-came-of-age = a atteint l'âge, et doit être demandé en personne
reason-guardian-missing = un tuteur doit aussi dire oui
reason-guardian-unverified = le tuteur n'est pas encore vérifié
reason-child-missing = l'enfant doit aussi dire oui
reason-never-asked = n'a pas répondu
reason-objection = quelqu'un s'oppose
reason-hidden-before = l'était déjà
reason-uncovered = Un endroit à cacher ne l'était pas
reason-waits-for-review = Quelqu'un doit d'abord regarder la photo
reason-other-album = La photo est d'un autre album
withheld-objection = Reste ici : quelqu'un s'oppose à la photo
withheld-waits-for-review = Reste ici : quelqu'un doit d'abord la regarder
withheld-other-album = Reste ici : elle est d'un autre album

release = Publier
release-channel = Canal
release-leaving = photos sortent
release-shown = visages montrés
release-hidden = visages cachés
release-withheld = restent ici
release-why = Pourquoi des visages sont cachés
release-warning = Des vêtements, des badges ou des numéros peuvent faire reconnaître quelqu'un même si son visage est caché. Regardez avant de publier.
release-working = Les photos sont faites et vérifiées une par une …
release-go = Publier vers : { $channel }
release-failed = { $n ->
    [one] { $n } photo n'a pas pu être faite. Regardez-la : un visage a peut-être été oublié.
   *[other] { $n } photos n'ont pas pu être faites. Regardez-les : un visage a peut-être été oublié.
}
release-out = { $n ->
    [one] { $n } photo est publiée
   *[other] { $n } photos sont publiées
}
release-retired = Ce canal est fermé : plus rien de nouveau n'y sort. Ce qui est publié le reste et peut être rappelé.
release-zip = Télécharger le ZIP
release-share = Faire un lien vers la galerie
release-share-all = Lien vers tous les albums de ce canal
share-all = Tous les albums de ce canal :
gallery-albums = Albums
gallery-albums-lead = Publié par { $controller }. Qui n'a pas dit oui est caché.
release-photos = Ce qui sort
release-tile = { $shown } montrés, { $hidden } cachés
release-tile-failed = pas faite
share-fresh = Qui a ce lien voit les photos publiées. Il n'est montré que cette fois.
share-link = Lien
share-line = Un lien depuis le { $since }, jusqu'au { $until }
share-end = Y mettre fin

recalls-lead = Ce qui est sorti et ne doit plus être montré. Donnez la liste à qui a mis les fichiers en ligne.
recalls-table = Télécharger la liste
recalls-working = Retrait et nouvelle version en cours …
recalls-waiting = { $n ->
    [one] { $n } photo publiée ne doit plus être montrée
   *[other] { $n } photos publiées ne doivent plus être montrées
}
recalls-go = Rappeler maintenant
recalls-none = Rien à rappeler
recalls-none-help = Si quelqu'un retire son oui, les photos qui le montrent apparaissent ici, chacune avec celle qui la remplace.
recalls-list = Fichiers à remplacer ou à enlever
recalls-day = Jour
recalls-channel = Canal
recalls-old = Fichier
recalls-do = À faire
recalls-new = Nouveau fichier
recalls-replace = remplacer
recalls-remove = enlever

people-album = Album
people-search = Chercher un nom
people-none = Personne n'a encore été demandé
people-none-help = Invitez quelqu'un : il dit oui ou non par son propre lien, et vous voyez la réponse ici.
people-ends = finit le { $day }
answer-yes = oui
answer-no = non
answer-open = pas de réponse
answer-until = oui, jusqu'au { $day }
invite = Inviter quelqu'un
invite-contact = E-mail ou téléphone (scellé)
invite-age = Âge
invite-age-help = Dit qui doit répondre. Rien n'est deviné sur une image.
age-adult = En âge : répond pour soi
age-unknown = personne ne l'a dit
age-born = né(e) le { $day }
invite-born = Un enfant, né le
invite-born-day = Jour de naissance
invite-country = Pays
invite-country-help = Deux lettres, par exemple FR. Sa loi dit à partir de quel âge on répond seul.
invite-guardian = Parent ou tuteur
invite-guardian-help = Reçoit son propre lien
invite-guardian-contact = Son e-mail ou téléphone
invite-go = Faire le lien
invite-incomplete = Il faut un nom et un pays, et pour un enfant le jour de naissance.
invite-fresh = Un lien pour { $name }
invite-once = Montré cette seule fois. Envoyez-le par son propre canal, ou faites-le scanner.
invite-mail-title = Texte pour un e-mail
invite-mail = Bonjour { $name },

    il y a des photos dans « { $album } », et vous êtes peut-être sur certaines. Si vous ne faites rien, votre visage reste caché.

    Ici vous pouvez dire oui ou non à chaque usage, voir ce qui est gardé sur vous, et changer d'avis à tout moment. Cela prend moins d'une minute, sans compte :

    { $link }

    Ce lien n'est qu'à vous.
guardian-verified = vérifié
person-why = réponses et formulaires
person-told = Cette personne saura que vous avez regardé.
person-answers = Réponses
paper = Noter un formulaire signé
paper-help = Seulement ce que la personne a signé, une entrée par canal. Elle reçoit un reçu, et peut dire d'un geste que ce n'était pas elle.
paper-answer = Le formulaire dit
paper-signed = Signé le
paper-reference = Où est le formulaire ?
paper-go = Noter
paper-refused = Il faut un jour déjà venu, une référence et une réponse ; qui répond avec un tuteur en a besoin aussi.
paper-channels = Quels canaux nomme-t-il ?
paper-no-channel = Cochez au moins un canal que le formulaire nomme.
paper-until = Jusqu'à quand
paper-until-help = Rien : douze mois, ou la fin de l'album.
paper-signer = Qui a signé
paper-scan = Une numérisation du formulaire
paper-scan-help = PDF, JPEG ou PNG, 20 Mio au plus ; le formulaire d'une seule personne. Gardée scellée, pour elle seule.
paper-no-scan = La numérisation doit être un PDF, JPEG ou PNG de 20 Mio au plus.
forms = Un tableau de formulaires
forms-table = Le tableau
forms-table-help = Séparé par des virgules, points-virgules ou tabulations, en UTF-8.
forms-scans = Numérisations
forms-scans-help = Les fichiers que nomme la colonne scan. 60 Mio au plus à la fois.
forms-columns = À quoi ressemble le tableau
forms-columns-help = La première ligne nomme les colonnes. Les cinq premières sont nécessaires ; la réponse est oui ou non, un jour s'écrit comme 2026-09-05.
forms-recorded = { $n ->
    [one] { $n } réponse est notée.
   *[other] { $n } réponses sont notées.
}
forms-refused = { $n ->
    [one] Une ligne n'a pas été notée
   *[other] { $n } lignes n'ont pas été notées
}
forms-line = Ligne { $n } :
forms-no-table = Choisissez le fichier du tableau.
forms-not-text = Le tableau n'est pas un texte en UTF-8. Rien n'en a été noté.
forms-asks-more = Le tableau parle de recherche ou de nouvelles, à quoi seule la personne peut répondre. Rien n'en a été noté.
forms-no-columns = La première ligne du tableau ne nomme pas les colonnes nécessaires. Rien n'en a été noté.
forms-why-missing = la colonne { $column } est vide.
forms-why-day = un jour s'écrit comme 2026-09-05.
forms-why-answer = la réponse n'est ni oui ni non.
forms-why-channel = ce n'est pas un nom de canal.
forms-why-language = ce n'est pas une langue.
forms-why-unknown = personne n'est connu sous ce nom, ou ce canal n'existe pas.
forms-why-several = plusieurs personnes portent ce nom : donnez l'identifiant.
forms-why-rule = une règle ne le permet pas : un jour qui n'est pas encore venu, un canal fermé, ou un parent ou tuteur qui manque.
forms-why-no-scan = sa numérisation n'était pas parmi les fichiers.
forms-why-broken = elle n'a pas pu être gardée. Réessayez.

requests-none = Rien n'attend
requests-none-help = Les demandes apparaissent ici avec le jour où chacune est due.
requests-open = Demandes
request-access = Veut voir tout ce qui est gardé
request-erase = Veut être effacé
request-restrict = Veut geler l'usage
request-object = S'oppose
request-export = Veut emporter ses données
request-rectify = Veut une correction
request-received = reçue le { $day }
request-due = due le { $day }
objections-open = Oppositions
objections-help = Chacune a déjà effet. Si vous en rejetez une, dites pourquoi à la personne, et qu'elle peut se plaindre à l'autorité.
objection-photo = À une photo entière
objection-place = À un endroit d'une photo
objection-person = À toutes les photos d'une personne
objection-photo-alt = La photo, tous visages cachés
objection-since = a effet depuis le { $day }
objection-uphold = Garder caché
objection-reject = Rejeter

emergencies = Urgences
emergencies-lead = Personne ici ne voit la liste des photos de quelqu'un. En cas d'urgence, deux personnes l'ouvrent ensemble, pour une heure, avec un motif. La personne le lit sur sa page au même moment.
emergencies-none = Il n'y en a pas eu
emergencies-none-help = Sur la page d'une personne, quelqu'un peut le demander. Quelqu'un d'autre l'approuve ensuite ici.
emergency = Urgence : voir la liste de ses photos
emergency-help = Une deuxième personne doit approuver. Cela prend fin tout seul après une heure, et tous les autres restent cachés. La personne le sait aussitôt : que vous l'avez demandé, par votre rôle, et pourquoi.
emergency-why = Pourquoi ?
emergency-reason = Le motif, en mots
emergency-reason-help = Qui approuve le lit, et la personne peut aussi le lire.
emergency-ask = Le demander
emergency-asked = attend jusqu'à { $time }
emergency-open = ouvert jusqu'à { $time }
emergency-over = terminé
emergency-asked-by = Demandé par
emergency-approved-by = Approuvé par
emergency-needs-other = Quelqu'un d'autre doit approuver : un délégué à la protection ou un responsable, connecté avec son propre compte.
emergency-approve = Approuver, pour une heure
emergency-refuse = Ne pas ouvrir
emergency-end = Y mettre fin maintenant
emergency-photos-help = Seulement ce qui est dit à la main. Tous les autres sont cachés.
emergency-photo = Photo { $n }
why-person-asked = La personne l'a demandé
why-authority = Une autorité l'a ordonné
why-danger = Quelqu'un est en danger
why-fault = Un problème avec ses photos
viewed-emergency = la liste de vos photos
me-emergency-asked = Quelqu'un de l'organisation ({ $first }) a demandé à voir la liste de vos photos : { $why }. Elle reste fermée tant qu'une deuxième personne n'approuve pas.
me-emergency-open = Deux personnes de l'organisation ({ $first }, { $second }) peuvent voir la liste de vos photos jusqu'à { $time } : { $why }.
held-emergencies = Urgences à votre sujet
held-emergencies-why = Ce que deux personnes ont demandé ou ouvert, quand et pourquoi.

log-size = { $n } entrées, chacune signée
log-verify = Tout vérifier
log-whole = Le journal entier est vérifié : rien n'a été changé, omis ou coupé.
log-broken = Le journal ne se vérifie pas. Lancez « grata log verify » et gardez chaque copie.
log-head = Tête du journal
log-head-help = Signée. Qui en garde une copie peut dire plus tard si le journal a été changé.
log-key = Clé pour vérifier
log-place = N°
log-at = Quand (UTC)
log-what = Quoi
log-who = Par
log-counts = Combien
actor-subject = la personne
actor-anybody = n'importe qui
actor-staff = l'organisation
actor-account = l'organisation (compte { $account })
actor-command-line = l'organisation (sur la machine même)
actor-clock = l'horloge
count-photos = { $n ->
    [one] { $n } photo
   *[other] { $n } photos
}
count-faces = { $n ->
    [one] { $n } visage
   *[other] { $n } visages
}
count-shown = { $n } montrés
count-hidden = { $n } cachés
count-withheld = { $n } retenues
count-renditions = { $n ->
    [one] { $n } photo finie
   *[other] { $n } photos finies
}
count-named = { $n ->
    [one] { $n } personne nommée
   *[other] { $n } personnes nommées
}
count-listed = { $n ->
    [one] { $n } personne dans une liste
   *[other] { $n } personnes dans une liste
}
count-subjects = { $n ->
    [one] { $n } personne
   *[other] { $n } personnes
}
count-entries = { $n ->
    [one] { $n } entrée
   *[other] { $n } entrées
}
count-failed = { $n } échecs
count-bytes = { $n } octets
count-codes = { $n ->
    [one] { $n } numéro
   *[other] { $n } numéros
}
event-initialised = Installation créée
event-album-created = Album créé
event-album-changed = Album changé
event-channel-changed = Canal changé
event-notice-changed = Notice changée
event-config-changed = Réglages changés
event-photos-added = Photos ajoutées
event-photo-removed = Photo enlevée
event-photo-reviewed = Photo regardée
event-subject-added = Personne ajoutée
event-subject-changed = Personne changée
event-guardian-changed = Tuteur changé
event-invited = Invitation
event-consent-given = A dit oui
event-consent-refused = A dit non
event-consent-withdrawn = A retiré un oui
event-consent-contested = A contesté un formulaire
event-consent-expired = Un oui a pris fin
event-paper-recorded = Formulaire signé noté
event-restricted = Usage gelé
event-restriction-lifted = Usage dégelé
event-objection-raised = Opposition
event-objection-decided = Opposition décidée
event-tagged = Quelqu'un a dit qui est un visage
event-tag-undone = Une étiquette annulée
event-not-me = « Pas moi »
event-not-me-taken-back = « Pas moi » retiré
event-face-added = Visage oublié ajouté
event-released = Publié
event-recalled = Rappelé
event-viewed = Regardé
event-named = Liste de qui est sur les photos regardée, avec votre nom
event-listed = Liste avec votre nom et vos réponses regardée
event-access-package-made = Dossier d'accès fait
event-exported = Remis
event-erasure-begun = Effacement commencé
event-erasure-completed = Effacement fini
event-keys-rotated = Clés changées
event-backed-up = Sauvegarde faite
event-restored = Sauvegarde rétablie
event-retention-run = Ce qui était fini a été enlevé
event-request-opened = Demande reçue
event-request-closed = Demande traitée
event-account-added = Compte ou lien créé
event-account-changed = Compte changé
event-signed-in = Connexion
event-signed-out = Déconnexion
event-gallery-shared = Lien de galerie créé ou fini
event-model-installed = Modèle de comparaison des visages installé
event-passkey-added = Clé d'accès ajoutée
event-passkey-removed = Clé d'accès enlevée
event-emergency-asked = Urgence demandée
event-emergency-opened = Urgence ouverte à deux
event-emergency-ended = Urgence terminée
event-provider-linked = Compte extérieur lié
event-provider-unlinked = Lien d'un compte terminé
event-codes-changed = Numéros ou codes de photos modifiés

own-title = Votre connexion
own-halfway = Un mot de passe seul ne suffit pas ici. Ajoutez une clé d'accès pour continuer.
passkeys = Clés d'accès
passkeys-help = Une clé d'accès vous connecte sans identifiant ni mot de passe. Elle reste sur votre téléphone, votre ordinateur ou une clé de sécurité, et demande votre doigt, votre visage ou un code ; rien de cela n'arrive ici.
passkey-since = ajoutée le { $day }
passkey-used = utilisée le { $day }
passkey-unused = jamais utilisée
passkey-remove = Enlever
passkey-remove-one = Enlever { $name }
passkey-name = Nom
passkey-name-help = Pour la distinguer, par exemple « mon téléphone »
passkey-add = Ajouter une clé d'accès
passkey-sorry = Cela a été interrompu, ou votre appareil n'a pas cette clé.
passkey-elsewhere = Les clés d'accès marchent à cette adresse :
passkey-never = Ce navigateur ne connaît pas les clés d'accès, ou cette adresse n'a pas de nom. Utilisez votre mot de passe.
passkey-no-script = Les clés d'accès demandent JavaScript.
password-now = Mot de passe jusqu'ici
password-new = Nouveau mot de passe
password-help = Toute session ouverte ailleurs avec ce compte est fermée.
password-change = Changer mon mot de passe
password-changed = Votre mot de passe est changé. Toute session ouverte ailleurs avec ce compte est fermée.
password-wrong = Ce n'est pas votre mot de passe jusqu'ici. Rien n'est changé.
password-unfit = Le nouveau mot de passe est trop court, ou beaucoup trop long. Rien n'est changé.
password-too-often = Trop d'essais. Attendez une minute, puis réessayez. Rien n'est changé.

provider-sign-in = Se connecter avec { $name }
provider-link = Lier votre compte chez { $name }
provider-link-help = Connectez-vous ici aussi avec votre compte chez { $name }. Rien n'en est gardé qu'une empreinte.
provider-linked = Votre compte chez { $name } vous connecte ici.
provider-unlink = Mettre fin au lien
provider-go-lead = Vous vous connectez chez { $name } et revenez ici. Utilisez là-bas votre propre compte.
provider-go = Continuer chez { $name }
provider-waiting = Connexion en cours …
provider-nothing = Il n'y a rien à faire sur cette page, ou il lui faut JavaScript.
provider-again = Retour à la connexion
provider-refused = La réponse de l'autre site n'est pas acceptée. Recommencez, dans ce navigateur.
provider-nobody = Personne ici n'a lié ce compte. Connectez-vous d'abord avec une clé d'accès ou un mot de passe, et liez-le sous votre nom.
provider-taken = Ce compte est déjà lié à quelqu'un ici.

account-fresh = Un lien pour un collègue
account-fresh-help = Il crée un compte, une fois, dans les trois jours. Il n'est montré que cette fois.
account-closed = fermé
account-close = Fermer le compte
account-close-one = Fermer le compte de { $name }
account-change-role = Changer le rôle
account-role-of = Rôle de { $name }
account-invite = Inviter un collègue
account-role = Rôle
account-go = Faire le lien
role-photographer = Photographe
role-photographer-help = Ajoute des photos ; les voit tous visages cachés
role-reviewer = Relecteur
role-reviewer-help = Dit qui est qui, une photo à la fois
role-publisher = Éditeur
role-publisher-help = Laisse sortir les photos, et les rappelle
role-privacy = Délégué à la protection
role-privacy-help = Personnes, formulaires, demandes, journal
role-owner = Responsable
role-owner-help = Tout cela, et qui travaille ici

channels-lead = Les voies par lesquelles les photos sortent. Chacun répond pour chaque voie.
channels-own-words = Les notices de ces albums ont vos propres mots, qui ne suivent pas. Changez-les avec grata album notice :
channel-retired = retiré le { $day }
channel-retire = Retirer
channel-retire-one = Retirer { $name }
channel-take-back = Remettre
channel-take-back-one = Remettre { $name }
channel-rename = Changer son nom
channel-rename-one = Changer le nom de { $name }
channel-rename-help = Les réponses gardent les mots sur lesquels elles ont été données.
channel-rename-go = Changer
channel-add = Ajouter un canal
channel-titles = Comment on l'appelle
channel-key = Nom court
channel-key-help = Minuscules, chiffres et traits d'union, par exemple journal-ecole. Les reçus le citent ; il ne change jamais.
channel-go = L'ajouter
channel-no-key = Le nom court doit avoir de 1 à 32 minuscules, chiffres ou traits d'union, et n'être ni « find » ni « notify ».
channel-no-title = Il lui faut un nom de 60 lettres au plus dans chaque langue.
channel-taken = Un canal porte déjà ce nom court.

status-lead = Ce que { $controller } traite ici, compté à cet instant.
status-mode = Comment les personnes sont trouvées
status-mode-by-hand = À la main seulement ; aucun visage n'est comparé
status-templates = Gabarits de visage gardés
status-transient = Gabarits de visage calculés un instant
status-albums = Albums
status-photos = Photos
status-faces = Endroits qui peuvent être un visage
status-people = Personnes demandées
status-renditions = Photos publiées
status-recalled = Photos rappelées
status-requests = Demandes, ouvertes / traitées
status-objections = Oppositions ouvertes
status-erasures = Effacements avec certificat
status-backups = Les sauvegardes vivent
status-log-behind = Le journal n'a pas pu être remis à son second emplacement. Rien n'est perdu : il y est remis dès que cet emplacement revient.
status-log = Entrées dans le journal

gallery-empty = Rien n'est montré ici pour le moment
gallery-empty-help = Les photos apparaissent quand elles sont publiées, et partent quand quelqu'un retire son oui.
gallery-hide = Me cacher
gallery-find = Trouver des photos
gallery-code = Numéro ou code
gallery-when = Quand
gallery-any-time = À n'importe quelle heure
gallery-go = Trouver
gallery-all = Tout afficher
gallery-find-help = Le numéro d'un dossard ou d'un maillot, ou le code d'une carte qu'on vous a remise. Toutes les photos n'en ont pas encore.
gallery-found = Photos trouvées : { $found } sur { $total }
gallery-none = Aucune photo ne correspond
gallery-none-help = Peut-être que personne n'a encore mis ce numéro sur une photo. Parcourez-les toutes, ou écrivez à { $contact }.
gallery-hour = de { $from } à { $to }
gallery-about = vers { $time }
gallery-day-hour = { $day }, { $hour }
gallery-download = Télécharger
gallery-keys = Touches fléchées ou balayage : photo précédente ou suivante. Échap : toutes les photos.
code-empty = Il n'y a là ni numéro ni code.
code-too-long = Un numéro ou un code a 16 lettres et chiffres au plus.
code-no-digit = Un code a au moins un chiffre. On ne trouve pas de photos par les noms.
code-not-a-letter = Un numéro ou un code n'a que des lettres de A à Z et des chiffres.
object-title = Me cacher sur une photo
object-lead = De quelle photo publiée s'agit-il ? Il ne faut pas de compte, et personne ne demande votre visage.
object-file = Nom du fichier ou adresse de la photo
object-file-help = Sur un site : ouvrez l'image seule et copiez son adresse.
object-find = Trouver la photo
object-missing = Aucune photo publiée n'a ce nom. Elle a peut-être déjà été rappelée. Sinon, écrivez à l'organisation.
object-never-face = N'envoyez jamais une photo de votre visage pour ne pas être montré. Personne ici ne le demande.
object-done = C'est caché à partir de maintenant
object-done-help = La photo n'est plus montrée ici. Les copies sur d'autres sites sont listées pour qui les y a mises. Quelqu'un regardera votre souhait et décidera ; s'il était rejeté, vous pouvez vous plaindre gratuitement à l'autorité de protection des données.
object-point = Où êtes-vous ?
object-point-lead = Tracez un cadre sur l'endroit, ou touchez-le. Il est caché à partir de maintenant.
object-stage = La photo. Tracez un cadre, touchez, ou utilisez les flèches ; Maj avec les flèches agrandit.
object-photo = La photo publiée
object-place = L'endroit
object-place-help = En pixels de l'image, qui en a { $width } × { $height }.
place-x = Depuis la gauche
place-y = Depuis le haut
place-width = Largeur
place-height = Hauteur
object-go = Cacher ceci
object-whole = Sans endroit, la photo entière est cachée.

me-title = Votre page
me-hello = Bonjour { $name }
me-hello-guardian = Pour { $name }
me-lead = { $controller } a pris des photos : « { $album } ». Si vous ne faites rien, le visage reste caché.
me-frozen = L'usage de ces données est gelé : caché partout.
me-questions = Le visage peut-il être montré ?
me-notice = De quoi il s'agit
me-notice-child = La même chose pour les enfants
notice-lead = { $controller } prend des photos ici. Voici ce qu'elles deviennent.
notice-choose = Dites ce que vous voulez
notice-choose-help = Votre visage est caché tant que vous ne dites pas oui. Pour dire oui, demandez votre propre lien à { $contact }. Pour être caché sur une photo publiée, montrez-la :
album-sign = Panneau à imprimer
album-notice = La notice où il mène
me-no-notice = Le texte que vous devriez lire d'abord n'existe pas dans cette langue. Changez de langue en haut, ou écrivez à l'organisation.
me-audience-everyone = Tout le monde peut voir, et garder.
me-audience-members = Les membres peuvent voir.
me-warning = Qui voit un visage sur une image peut la copier, ou laisser un programme le chercher ailleurs.
me-shown-until = Montré, jusqu'au { $day }. Vous pouvez dire non à tout moment.
me-not-answered = Pas répondu : caché.
me-erased = Caché.
me-restricted = Caché : l'usage est gelé.
me-age-unknown = Caché : personne n'a dit votre âge. Écrivez à l'organisation.
me-refused = Vous avez dit non : caché.
me-withdrawn = Vous avez retiré votre oui : caché.
me-contested = Vous avez dit que le formulaire n'était pas le vôtre : caché.
me-guardian-refused = Un tuteur a dit non : caché.
me-guardian-withdrew = Un tuteur a retiré son oui : caché.
me-expired = Le oui a pris fin : caché. Vous pouvez le redire.
me-came-of-age = Vous répondez maintenant pour vous : caché jusqu'à votre oui.
me-guardian-missing = Un tuteur doit aussi dire oui : caché jusque-là.
me-guardian-unverified = Quelqu'un doit encore vérifier que le tuteur peut répondre : caché jusque-là.
me-child-missing = L'enfant doit aussi dire oui : caché jusque-là.
me-retired = Plus rien de nouveau ne sort par là. Vous pouvez toujours retirer votre oui.
me-child-refused = L'enfant a dit non : caché.
me-child-withdrew = L'enfant a retiré son oui : caché.
me-you-missing = Vous devez aussi dire oui : caché jusque-là.
me-not-mine = Ce n'était pas moi
me-photos = Photos
me-photo = Une photo de vous, numéro { $n }
me-photos-none = Personne n'a dit qu'un visage sur une photo est le vôtre.
me-photos-help = Tous les autres sont cachés ici.
me-not-me = Pas moi
me-object = Ne pas utiliser cette photo
me-rights = Vos droits
me-data = Ce qui est gardé, et qui a regardé
me-data-help = Tout, avec chaque regard.
me-data-go = Voir
me-download = L'emporter
me-download-help = Vos données, photos et reçus dans un fichier.
me-download-go = Tout télécharger
me-hide = Me cacher partout
me-hide-help = S'opposer à chaque image, tout de suite.
me-hide-go = Me cacher
me-hide-is = Vous êtes caché sur chaque image, parce que vous vous y opposez. Vos réponses comptent à nouveau quand l'opposition est retirée.
me-hide-end = Retirer l'opposition
me-objects = Vous vous opposez à chaque image : caché.
me-objected = Cette photo n'est plus utilisée.
me-freeze = Geler
me-freeze-help = Rien n'est utilisé ni montré, et rien n'est supprimé.
me-freeze-go = Geler
me-unfreeze-go = Dégeler
me-erase = M'effacer
me-erase-help = Ce qui est gardé sur vous disparaît, avec un certificat.
me-erase-go = Effacer …
me-contact = Des questions ? Écrivez à { $contact }. Les photos sont gardées jusqu'au { $day }. Vous pouvez à tout moment vous plaindre gratuitement à l'autorité de protection des données.
me-leave = Oublier ce lien dans ce navigateur
data-name = Nom
data-contact = Contact
data-shown-in = Montré sur
data-shown-count = { $n ->
    [0] aucune photo publiée
    [one] { $n } photo publiée
   *[other] { $n } photos publiées
}
data-template = Gabarit de visage
data-template-none = aucun : votre visage n'est pas comparé
data-template-kept = gardé, puisque vous vous êtes inscrit
data-held = Ce qui est gardé
data-happened = Ce qui s'est passé, et qui a regardé
data-happened-help = Le plus récent d'abord. Le journal de l'organisation est signé ; ces entrées ne s'ouvrent que pour vous.
data-receipts = Reçus
data-receipts-none = Vous n'avez pas encore répondu.
data-receipts-help = Chacun est signé et se vérifie sans nous.
receipt-consentgiven = Vous avez dit oui
receipt-consentrefused = Vous avez dit non
receipt-consentwithdrawn = Vous avez retiré votre oui
receipt-consentcontested = Vous avez contesté un formulaire
receipt-consentexpired = Un oui a pris fin
held-subjects = Qui vous êtes
held-subjects-why = Nom, contact et âge ; scellés.
held-guardians = Qui répond pour vous
held-guardians-why = Nom et contact ; scellés.
held-invitations = Vos liens
held-invitations-why = Seulement une empreinte de chacun.
held-consent-acts = Ce que vous avez dit
held-consent-acts-why = Chaque oui et chaque non, avec le texte lu.
held-tags = Quels visages seraient le vôtre
held-tags-why = Un endroit d'une photo, dit à la main.
held-not-me = Où vous avez dit « pas moi »
held-not-me-why = Pour que cela reste ainsi.
held-objections = Vos oppositions
held-objections-why = Elles vous cachent.
held-rendition-faces = Photos publiées qui vous montrent
held-rendition-faces-why = Pour pouvoir les rappeler.
held-evidence = Vos formulaires signés, numérisés
held-evidence-why = Ils montrent ce que vous avez dit ; scellés.
held-erasures = Un effacement en cours
held-erasures-why = Il finit par un certificat.
held-requests = Vos demandes
held-requests-why = Avec le jour où chacune est due.
held-log-payloads = Ce que le journal dit de vous
held-log-payloads-why = Ne s'ouvre que pour vous.
erase-rows = { $n ->
    [one] { $n } enregistrement sur vous sera supprimé, et la clé qui l'ouvre détruite.
   *[other] { $n } enregistrements sur vous seront supprimés, et la clé qui les ouvre détruite.
}
erase-renditions = { $n ->
    [0] Aucune photo publiée ne vous montre.
    [one] { $n } photo publiée qui vous montre sera rappelée.
   *[other] { $n } photos publiées qui vous montrent seront rappelées.
}
erase-backups = Les sauvegardes vivent encore { $n } jours ; ce qui s'y trouve sur vous ne peut plus être ouvert.
erase-final = Cela ne peut pas être défait. Votre lien prend fin.
erase-go = Effacer tout ce qui me concerne
erase-not = Pas maintenant
erased-title = Vous êtes effacé
erased-lead = Chaque fichier a été fouillé ensuite, et rien n'a été trouvé.
erased-certificate = Certificat
erased-certificate-help = Copiez-le et gardez-le. Il ne dit rien de vous, et se vérifie sans nous.

# Groupes fermés.
group = Groupe fermé
group-lead = Toutes les personnes qui en font partie ont accepté que cette machine les cherche dans les photos de cet album. Rien n'est comparé avant que tout ce qui suit soit consigné. Personne ici n'apprend qui a accepté, qui s'est inscrit ou qui a été trouvé.
group-none = Cet album n'a pas de groupe fermé : les visages sont cachés et ne sont comparés à personne.
group-profile = Type de groupe
group-profile-free = Des personnes réunies de leur plein gré
group-profile-school = Une école
group-profile-employer = Un employeur
group-unequal = À l'école ou au travail, le consentement peut ne pas être valable : qui ne peut pas dire non librement n'a pas dit oui. L'étiquetage à la main et la recherche par code ne coûtent rien à personne.
group-create = Le créer, fermé
group-closed = Fermé : les visages sont cachés et ne sont comparés à personne
group-in-force = En vigueur jusqu'au { $day }
group-members = Attendus sur les photos
group-enrolled = Inscrits par eux-mêmes
group-to-compare = Photos à comparer
group-waiting = Photos en attente d'un regard
group-running = Des photos sont en cours de comparaison.
group-compare = Comparer les photos
group-pause = Le fermer pour l'instant
group-go-on = Le laisser reprendre
group-roster = Qui est attendu sur les photos
group-roster-help = Chaque personne est interrogée sur sa propre page et s'y inscrit avec sa propre caméra. Après un changement, attestez de nouveau la liste.
group-remove = N'est plus attendue
group-remove-one = { $name } : n'est plus attendue
group-person = Une personne invitée pour cet album
group-add = L'attendre
group-attest = Consigner
group-attest-help = Un champ vide ne change rien. Tout est public, sur la page d'état et dans le journal.
group-closed-word = Personne d'autre que les personnes ci-dessus n'est attendu sur les images.
group-agreed-word = Toutes les personnes attendues sur les images ont accepté la comparaison.
group-assessment = Analyse d'impact : où elle se trouve
group-day = Jour
group-notice = Personnes informées depuis le
group-captured = La photo la plus ancienne date du
group-accountable = Qui en répond
group-until = Se termine après le
group-ceiling = Photos pouvant attendre un regard, au plus
group-calibration = Seuil
group-calibration-help = Ce que grata calibrate a écrit, pour le modèle de ce groupe. Un nouveau demande une nouvelle analyse d'impact. Un modèle à vous se donne par commande.
group-calibration-file = Le fichier
group-on-children = Il a été mesuré sur des photos d'enfants, qui ont accepté avec qui répond d'eux.
group-delete = Supprimer ce groupe
group-delete-help = La liste des personnes attendues, tous les nombres tirés de visages et toutes les questions ouvertes disparaissent, avec leurs clés. Ce que les personnes ont confirmé reste.
group-delete-sure = Tout cela peut disparaître.
group-attest-go = Consigner
missing-roster = Personne n'est encore attendu sur les photos.
missing-closed-group = L'assurance que personne d'autre n'est attendu sur les images.
missing-roster-changed = La même assurance pour la liste actuelle : elle a changé.
missing-all-agreed = L'assurance que toutes les personnes attendues ont accepté.
missing-somebody-has-not-agreed = Le oui d'une personne attendue. Laquelle ne regarde qu'elle.
missing-assessment = Une analyse d'impact. Un nouveau seuil ou modèle en demande une nouvelle.
missing-assessment-to-come = Une analyse d'impact déjà faite : son jour n'est pas venu.
missing-notice = Le jour depuis lequel les personnes sont informées.
missing-captured-from = Le jour de la photo la plus ancienne.
missing-notice-too-late = Une notice antérieure à la première photo : les personnes ont été informées trop tard.
missing-accountable = Qui en répond.
missing-expiry = Le jour où il se termine.
missing-expired = Du temps : il est terminé.
missing-ceiling = Combien de photos peuvent attendre un regard.
missing-too-many-waiting = Un regard sur des photos : trop en attendent un.
missing-calibration = Un seuil mesuré.
missing-model = Le modèle, que quelqu'un doit installer par son nom.
missing-other-model = Un seuil pour ce modèle : il a été mesuré avec un autre.
missing-outgrown = Un seuil pour autant de photos et de personnes : l'album l'a dépassé.
missing-opinion = Avis du délégué à la protection des données
missing-consultation = Consultation des personnes concernées
missing-alternative = L'alternative essayée
missing-not-for-children = Un seuil mesuré sur des enfants.
missing-paused = Qu'il reprenne : quelqu'un l'a fermé pour l'instant.
group-window = Photos comparées
group-all-days = toutes celles de l'album
group-days = celles du { $from } au { $to }
group-window-from = Comparer les photos du
group-window-help = Une photo sans jour connu est laissée de côté. L'album doit garder les heures.
group-window-to = au
group-window-all = Comparer de nouveau les photos de tous les jours.
missing-no-times = Des heures : il ne vaut que pour certains jours, et l'album n'en garde pas.
status-mode-groups = À la main ; dans les groupes fermés ci-dessous aussi par comparaison
status-group-open = Les visages sont comparés aux membres qui se sont inscrits eux-mêmes
me-group = Être trouvé dans les photos
me-find = Cette machine peut-elle me chercher dans les photos de cet album ?
me-find-help = Elle compare chaque visage à des nombres tirés du vôtre et vous demande : est-ce vous ? Personne d'autre ne l'apprend. Un non ne coûte rien : vos photos peuvent aussi être étiquetées à la main.
me-find-warning = Les nombres sont sous une clé de l'organisation. Ils disparaissent quand vous dites non, et après douze mois. Frères, sœurs et jumeaux peuvent être pris l'un pour l'autre.
me-find-on = Oui, jusqu'au { $day }. Vous pouvez dire non à tout moment ; les nombres disparaissent aussitôt.
me-find-off = Non : personne ne vous cherche, et il n'y a pas de nombres.
me-find-waits = Sans effet : une autre personne doit dire oui aussi, votre oui est terminé, ou l'usage de vos données est gelé.
me-enrolled = Des nombres ont été calculés le { $day }.
enrol = Me laisser trouver
enrol-lead = Votre caméra prend trois images ici et maintenant, pendant que vous regardez devant vous puis tournez un peu des deux côtés. On en tire des nombres ; les images disparaissent aussitôt.
enrol-scraped = Le modèle utilisé a été entraîné avec des images de personnes à qui, autant qu'on sache, on n'a rien demandé. Il se trompe plus avec certaines personnes qu'avec d'autres, et surtout avec les enfants.
enrol-begin = Ouvrir la caméra et commencer
enrol-again = Réessayer
enrol-working = Un instant : les nombres sont calculés.
enrol-no-camera = Il n'y a pas de caméra, ou elle n'a pas été autorisée. Vous pouvez continuer sans : les photos peuvent être étiquetées à la main.
enrol-no-script = Il faut un navigateur qui exécute des scripts. Vous pouvez continuer sans : les photos peuvent être étiquetées à la main.
enrol-sorry = Cela n'a pas marché. Rien n'a été gardé.
enrol-closed = Rien n'est comparé dans cet album pour l'instant, ou vous n'y avez pas dit oui.
enrol-by-hand = Pas de caméra ? Vos photos peuvent être étiquetées à la main, avec le même résultat.
enrol-disagree = Les images ne montrent pas une seule et même personne.
enrol-not-moved = Nous ne vous avons pas vu tourner la tête comme demandé. Tournez un peu, et regardez la caméra entre les deux.
pose-straight = Regardez droit vers la caméra.
pose-left = Tournez un peu la tête vers votre gauche.
pose-right = Tournez un peu la tête vers votre droite.
found = Est-ce vous ?
found-lead = Rien n'en découle avant que vous ne le disiez. Tous les autres sont cachés.
found-siblings = Frères, sœurs et jumeaux peuvent être pris l'un pour l'autre : dites non si ce n'est pas vous.
found-none = Personne ne vous demande rien pour l'instant.
found-yes = C'est moi
found-picture = Photo { $n } : est-ce vous ?
found-count = { $n ->
    [0] Aucune photo à confirmer
    [one] { $n } photo à confirmer
   *[other] { $n } photos à confirmer
}
held-roster = Groupes fermés dont vous faites partie
held-roster-why = Pour que vous soyez comparé dans les photos de cet album et d'aucun autre.
held-templates = Nombres tirés de votre visage
held-templates-why = Vous vous êtes inscrit pour être trouvé dans les photos de cet album. Ils sont scellés sous une clé à vous.
held-suggestions = Questions qui vous sont posées : est-ce vous ?
held-suggestions-why = Vous seul les voyez, et rien n'en découle avant votre réponse.
event-group-created = Groupe fermé créé
event-group-changed = Liste d'un groupe fermé modifiée
event-group-attested = Fondement d'un groupe fermé consigné
event-group-paused = Groupe fermé mis en pause
event-group-deleted = Groupe fermé supprimé
event-enrolled = Une personne s'est inscrite
event-enrolment-refused = Une inscription n'a pas abouti
event-group-compared = Photo d'un groupe fermé comparée
event-group-compared-again = Photos comparées de nouveau pour des inscriptions tardives
event-suggestion-answered = Réponse à une question « est-ce vous ? »
count-embedded = { $n ->
    [one] { $n } visage transformé en nombres
   *[other] { $n } visages transformés en nombres
}

enrol-code = Le code qu'on vous a remis
enrol-code-help = Huit lettres et chiffres, remis en main propre par l'organisation. Un lien seul ne dit pas qui le tient.
enrol-code-short = Écrivez le code tel qu'on vous l'a remis : huit lettres et chiffres.
enrol-code-none = Pour vous inscrire, il faut un code remis en main propre. Demandez-le : { $contact }
enrol-code-wrong = { $n ->
    [0] Ce n'est pas votre code, et il ne peut plus être essayé. Demandez-en un nouveau, en main propre.
    [one] Ce n'est pas votre code. Encore { $n } essai.
   *[other] Ce n'est pas votre code. Encore { $n } essais.
}
enrol-code-gone = Il n'y a plus de code pour s'inscrire : il a servi, ou a été essayé trop souvent. Demandez-en un nouveau, en main propre.
me-enrolment = Quelqu'un s'est inscrit par ce lien le { $day } à { $time } : des nombres ont été tirés d'un visage pour le chercher dans les photos. Si ce n'était pas vous, mettez-y fin ici, et dites à l'organisation que votre lien est en d'autres mains.
me-enrolment-gone = Quelqu'un s'est inscrit par ce lien le { $day } à { $time }. Les nombres calculés alors ont disparu. Si ce n'était pas vous, dites à l'organisation que votre lien est en d'autres mains.
me-enrolment-end = Y mettre fin : les nombres disparaissent aussitôt
me-enrolment-known = Je suis au courant
me-enrolment-stays = Ceci reste affiché un jour, pour que personne d'autre ne puisse l'écarter.
found-from = Ce qui est trouvé est montré ici à partir du { $day } à { $time }.
group-codes = Codes d'inscription
group-codes-help = Un par personne attendue : un lien seul ne dit pas qui le tient. Les nouveaux mettent fin aux anciens.
group-codes-go = Faire des codes
group-codes-print = Imprimer en bandes
group-codes-slip = { $album }. Pour être retrouvé dans ces photos, ouvrez votre page par votre lien, choisissez « { enrol } » et tapez ce code. Il n'est que pour vous et vaut une fois. Rien ne vous y oblige.
group-codes-once = Montrés cette seule fois. Remettez chacun en main propre, jamais par le canal par lequel le lien est parti. Chacun vaut pour une inscription.
group-tell = Un texte pour les prévenir
group-tell-help = Envoyez-le à toutes les personnes attendues, par leur propre canal. Il est le même quels que soient les inscrits : personne ici n'a à le savoir.
group-mail = Bonjour { $name },

    dans « { $album } », on peut se laisser trouver dans les photos. Dès que quelqu'un s'inscrit par votre lien personnel, votre page le dit, et quand. Ce qui est trouvé y est montré au plus tôt un jour après.

    Ouvrez s'il vous plaît votre lien personnel et regardez. S'il est dit que quelqu'un s'est inscrit et que ce n'était pas vous, une pression suffit pour y mettre fin, et les nombres disparaissent.

    Pour s'inscrire, il faut un code que nous vous remettons en main propre. Personne ne vous le demande dans un message.
held-enrolments = Quand quelqu'un s'est inscrit par votre lien
held-enrolments-why = Pour que votre page vous le dise, pendant 30 jours ou jusqu'à ce que vous disiez le savoir.
held-enrolment-codes = Codes d'inscription faits pour vous
held-enrolment-codes-why = Pour que votre lien seul ne suffise pas. Du code lui-même, seule une empreinte est gardée.
event-enrolment-codes-made = Codes d'inscription faits
event-enrolment-acknowledged = Une personne sait pour son inscription

## Me retrouver

find-title = Me retrouver
find-lead = Cet appareil cherche votre visage dans les photos de cette galerie. Personne d'autre ne le fait.
find-what = Ce qui se passe, et ce qui ne se passe pas
find-what-device = Votre image, ce qui en est tiré et ce qui est trouvé restent dans cet onglet. Rien n'en est envoyé, rien n'en est gardé.
find-what-looks = Les photos que vous voyez ici de toute façon sont chargées, toutes, quelles que soient les personnes. On peut voir de l'extérieur que quelqu'un cherche ; on ne voit pas qui est trouvé.
find-what-gone = Fermez cette page, et tout disparaît. Quelque chose n'est envoyé que si vous appuyez sur « C'est moi » : quelle photo, et à quel endroit.
find-what-hidden = Les visages masqués ici le sont aussi pour cette recherche. Si vous pensez être sur une telle photo, demandez à l'organisation.
find-what-errs = La recherche se trompe. Elle manque les visages petits, tournés ou sombres, et confond frères, sœurs et jumeaux : regardez avant de dire que c'est vous. Quiconque voit une photo peut y passer un tel outil.
find-what-taught = Le modèle qui compare les visages a été entraîné avec des images recueillies sur le web, de personnes à qui l'on n'a rien demandé.
find-no-script = Cette page a besoin de JavaScript, puisque c'est votre appareil qui travaille.
find-not-here = Ce n'est pas encore prêt ici. Demandez à { $contact }.
find-camera = Utiliser l'appareil photo
find-file = Choisir une image de vous
find-video = Ce que voit votre appareil photo
find-take = Prendre la photo
find-close = Fermer l'appareil photo
find-progress = Photos regardées
find-pause = Pause
find-go-on = Continuer
find-cancel = Arrêter
find-forget = Oublier mon visage et recommencer
find-results = Photos où vous êtes peut-être
find-results-help = Le visage est entouré. Regardez-le avant de dire que c'est vous.
find-thats-me = C'est moi
find-save = Enregistrer
find-not-me = Pas moi
find-personal = Pour dire « C'est moi », il faut votre lien personnel : ouvrez-le dans ce navigateur, puis revenez. Si vous n'en avez pas, demandez à { $contact }.
find-loading = Chargement du nécessaire, une fois : 30 Mo…
find-looking-face = Lecture de votre image…
find-looking = %done% photos regardées sur %all%
find-paused = En pause.
find-done = Photos où vous êtes peut-être : %found% sur %all%.
find-done-none = Vous n'avez été trouvé sur aucune des %all% photos.
find-cancelled = Arrêté avant la fin.
find-skipped = %skipped% n'ont pas pu être regardées.
find-photo = Photo %number%, un visage entouré
find-no-camera = Il n'y a pas d'appareil photo, ou il n'a pas été autorisé. Choisissez plutôt une image.
find-broken = Quelque chose a échoué dans ce navigateur. Fermez d'autres onglets et réessayez.
find-forgotten = Oublié.
find-said-recorded = C'est enregistré, et sur votre page.
find-said-known = C'était connu : c'est sur votre page.
find-said-other = Quelqu'un d'autre, ou personne, y est connu, et rien n'a été changé. Dites-le à l'organisation.
find-said-failed = L'envoi a échoué. Réessayez.

own-device-title = Me retrouver
own-device-help = Les personnes se retrouvent dans cette galerie, sur leur propre appareil. Leur visage y reste ; vous n'en apprenez rien. Seules sont trouvées les personnes montrées de toute façon.
own-device-is-on = C'est activé.
own-device-is-off = C'est désactivé.
own-device-on = Activer
own-device-off = Désactiver
own-device-missing = C'est activé, mais pas prêt sur cette machine : { $what }
own-device-who = Quelles personnes sont dans cet album
own-device-records = Pour une école ou un employeur : quatre documents
own-device-records-help = Ce qui n'est pas rempli ici est repris du groupe fermé de cet album, s'il en a un.
own-device-refused = À l'école ou au travail, cela reste désactivé sans tout ceci :
