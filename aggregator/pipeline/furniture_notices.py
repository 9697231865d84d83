"""Bars of buttons, notices, and where to read on, as sites write them, in seven languages; see furniture_words."""

from aggregator.pipeline import furniture_tongues as tongues
from aggregator.pipeline.furniture_words import Lines

BAR = Lines(
    tongues.BARS,
    r"""
    (?:please )?share(?: (?:this|it|on|via)\b.{0,80})?
    (?:click|tap) to (?:share|email|print|tweet|follow)\b.{0,80}
    (?:share|tweet|pin|email|print|copy link|<places>)(?: (?:this|it|us))?(?: \d+)?
    (?=<button>)(?=.*\b(?:share|tweet|pin|e?mail|print|facebook|whatsapp)\b)<button>{2,}
    (?:e?mail|print|save|bookmark) this (?:article|page|post|story)
    follow us
    like (?:this|loading)(?: ?:| .{0,30})?
    (?:like|enjoyed|liked|love) this (?:story|article|post|content)\b.{0,90}
    (?:follow|find|like|join) (?:us|.{1,40}) on (?:google news|social media|<places>)\b.{0,120}
    (?:\(?opens in (?:a )?new window\)?|related ?:|spread the (?:word|love)|loading)
    (?:artikel|beitrag|diesen artikel|diesen beitrag|seite) (?:teilen|drucken|empfehlen|merken|versenden).{0,30}
    (?:teilen|drucken|twittern|teile)(?: mit| auf .{1,40}| sie .{1,40}| über .{1,40})?
    (?:auf|bei|per) .{1,20} (?:teilen|empfehlen)(?: .{0,30})?
    klick(?:en)?,? um .{1,60}(?:teilen|drucken|senden|ausdrucken).{0,40}
    folgen sie uns.{0,60}
    gefällt mir.{0,20}
    partage[rz](?: (?:sur|cet|cette|l'article|par|via)\b.{0,50})?
    cliquez pour (?:partager|imprimer|envoyer).{0,60}
    suivez[- ]nous.{0,60}
    imprimer
    j'aime ?(?:ça)?
    (?:compart(?:ir|e|ilo)|haz clic para (?:compartir|imprimir|enviar))(?: (?:en|esto|este|esta|por|con)\b.{0,60})?
    síguenos.{0,60}
    imprimir
    me gusta(?: esto)?
    condividi(?:lo)?(?: (?:su|questo|con|via|per)\b.{0,60})?
    fai clic (?:qui )?per (?:condividere|stampare|inviare)\b.{0,60}
    seguici.{0,60}
    stampa
    mi piace
    (?:compartilh(?:ar?|e)|partilhar?)(?: (?:no|na|isso|este|esta|em|por|via)\b.{0,60})?
    clique para (?:compartilhar|imprimir|enviar)\b.{0,60}
    siga-nos.{0,60}
    curtir isso.{0,20}
    (?:deel|delen|klik om te (?:delen|printen))(?: (?:dit|op|via|met)\b.{0,60})?
    volg ons.{0,60}
    vind ik leuk
    afdrukken
""",
)
"""Bars of buttons: to share, to follow, to print."""

NOTICE = Lines(
    tongues.NOTICES,
    r"""
    (?:<advertisement>)(?: ?[-–—] ?.{0,60}| continue reading.{0,30}| \d{1,2})?
    (?:(?:story|article|content) )?continues? (?:reading )?(?:below|after)(?: (?:the |this )?<pause>)?
    scroll (?:down )?(?:to continue|for more).{0,40}
    (?:sign[- ]up|subscribe|register)(?: (?:here|now|today|for free))?(?: (?:for|to) (?:our|your)\b.{0,90})?
    (?:sign[- ]up|subscribe|register) below.{0,40}
    (?:get|receive|want) .{0,90}(?:in|to) your (?:inbox|mailbox|email)\b.{0,60}
    .{0,60}\b(?:newsletters?|mailing list)\b.{0,40}(?:sign up|subscribe|inbox)\b.{0,60}
    (?:sign up|subscribe)\b.{0,90}\b(?:newsletters?|mailing list|inbox|updates|alerts|podcast|channel)\b.{0,90}
    (?:our|the|daily|weekly|free) newsletters?
    enter your email.{0,60}
    email address
    by (?:signing up|subscribing|clicking|entering your email)\b.{0,160}\b(?:you|agree|consent|accept)\b.{0,160}
    you can unsubscribe.{0,60}
    thank you for (?:subscribing|signing up).{0,60}
    get .{0,40}on the go\b.{0,40}
    get (?:our|the|your)\b.{0,30}\bapp\b.{0,40}
    click here (?:to|for)\b.{0,90}
    (?:download|get) (?:our|the) .{0,30}\bapp\b.{0,60}
    (?:we|this (?:web)?site|our (?:web)?sites?) uses? cookies\b.{0,300}
    .{1,30} uses? cookies to (?:improve|ensure|give|provide|personali[sz]e|enhance)\b.{0,260}
    (?:accept|reject|manage|allow) (?:all )?cookies
    cookie (?:settings|policy|preferences|notice)
    privacy policy(?: ?(?:[|·,&/–-]|and\b).{0,40})?
    terms (?:of (?:use|service)|and conditions)(?: ?(?:[|·,&/–-]|and\b|apply\b).{0,60})?
    by (?:using|continuing to use) this (?:web)?site\b.{0,200}
    (?:copyright|©|\(?c\)) ?(?:©|\(c\))? ?\d{4}.{0,120}
    copyright (?:©|by|ⓒ) .{0,120}
    .{0,60}all rights reserved.{0,60}
    have a (?:news )?tip\b.{0,160}
    skip to (?:main )?content
    skip (?:the |this )?(?:advertisement|ad|ads)
    hit enter to search.{0,40}
    this site uses akismet to reduce spam.{0,80}
    (?:<advertisement>)\W+scroll (?:down )?to continue.{0,30}
    (?:be the first to know|don't miss (?:a (?:story|thing|beat|post)|out)).{0,40}
    join (?:(?:our|the) (?:mailing list|newsletter)|our community).{0,60}
    join the community(?: (?:and|today|now)\b.{0,50})?
    support (?:our|independent) (?:journalism|work|reporting).{0,60}
    become a (?:member|subscriber|supporter)(?: .{0,40})?
    already (?:a|have) .{1,30}(?:log|sign) in.{0,10}
    donate(?: now| today| here)?
    back to top
    if you (?:enjoyed|liked?) this (?:post|article|piece|story)\b.{0,60}\b(?:coffee|patreon|ko-fi|subscrib|share).{0,90}
    (?:support (?:me|us|my work|our work) on|buy me a coffee).{0,60}
    powered by (?:wpematico|ghost|wordpress|blogger|disqus|feedburner|substack)
    this email was sent (?:by|to)\b.{0,150}|this content is hosted by a third party\b.{0,300}
    please enable javascript to view\b.{0,80}|join our (?:whatsapp|telegram) (?:channel|group)\b.{0,80}
    how useful was this post\b.{0,60}|average rating [\d.]+ ?/.{0,40}|click on a star to rate.{0,20}
    report this ad|no spam\W+unsubscribe (?:at )?any ?time|listen to this (?:article|story)
    (?:.{1,80} is a )?reader-supported publication\b.{0,200}
    thanks for reading\b.{0,80}\bsubscribe\b.{0,90}
    email sent\W+check your inbox.{0,60}
    our standards ?: .{1,80}\bprinciples\b.{0,30}|purchase licensing rights
    print this (?:page|article)
    (?:melden sie sich|jetzt|hier)\b.{0,60}newsletter.{0,60}
    dieses thema im programm ?:.{1,200}
    (?:ihre meinung zählt\W+)?jetzt .{0,30}newsletter (?:abonnieren|bestellen)
    (?:newsletter|unser newsletter)(?: .{0,20})?(?:abonnieren|anmelden|bestellen)?.{0,20}
    abonnieren sie .{0,90}newsletter.{0,40}
    (?:diese|unsere) (?:website|webseite|seite) (?:verwendet|benutzt|nutzt) cookies.{0,300}
    (?:wir|diese seite) (?:verwenden|nutzen|setzen) cookies.{0,300}
    alle rechte vorbehalten.{0,40}
    zurück zur (?:startseite|übersicht)
    (?:inscrivez-vous|abonnez-vous)\b.{0,140}
    s'(?:inscrire|abonner)(?: (?:ici|maintenant|gratuitement|à (?:la|notre|nos) (?:newsletter|lettre)s?\b.{0,80}))?
    recevez\b.{0,90}\b(?:newsletter|lettre d'information|boîte mail|e-?mail)\b.{0,60}
    (?:nous utilisons|ce site utilise) des cookies.{0,300}
    tous droits réservés.{0,40}
    la suite après (?:la|cette) publicité
    (?:suscríbete|suscríbase|regístrate|suscribirse)\b.{0,140}
    recibe\b.{0,90}\b(?:newsletter|boletín|boletines|correo|bandeja de entrada)\b.{0,60}
    (?:utilizamos|este sitio (?:web )?(?:utiliza|usa)|usamos) cookies.{0,300}
    todos los derechos reservados.{0,40}
    iscriviti\b.{0,140}
    (?:abbonati|registrati)(?: (?:alla|al|ora|qui|subito|gratis|gratuitamente)\b.{0,120})?
    (?:abbonati|registrati) per (?:leggere|ricevere|continuare)\b.{0,120}
    ricevi\b.{0,90}\b(?:newsletter|e-?mail)\b.{0,60}
    (?:utilizziamo|questo sito (?:web )?(?:utilizza|usa)|usiamo)(?: i)? cookie.{0,300}
    tutti i diritti riservati.{0,40}
    (?:inscreva-se|cadastre-se|subscreva)\b.{0,140}
    (?:receba|assine)\b.{0,90}\b(?:newsletter|boletim|e-?mail)\b.{0,60}
    este site (?:utiliza|usa) cookies.{0,300}
    todos os direitos reservados.{0,40}
    continua após a publicidade
    (?:schrijf je in|meld je aan|abonneer je)\b.{0,140}
    inschrijven(?: voor (?:de|onze) nieuwsbrief.{0,60})?
    ontvang\b.{0,90}\b(?:nieuwsbrief|e-?mail|inbox)\b.{0,60}
    (?:deze (?:web)?site|wij|we) (?:gebruikt|maakt gebruik van|gebruiken) cookies.{0,300}
    alle rechten voorbehouden.{0,40}
""",
)
"""Notices: advertisement, newsletters, cookies, rights."""

MORE = Lines(
    tongues.READ_ON,
    r"""
    (?:continue|keep) reading(?: .{1,200})?
    (?:read|see|view|learn|find out) (?:the )?(?:more|<whole>)(?: (?:on|at|about|of|from|here|in)\b.{0,90})?
    (?:full|more) (?:story|article)(?: here)?
    click here
    more details?
    read (?:this|the) (?:article|post|story) (?:on|at)\b.{0,90}
    view (?:article|post|original)
    submitted by /?u/\S{1,40}|link\] \[comments
    repl(?:y|ies) (?:to this (?:post|article|entry) )?(?:via|by) e-?mail.{0,40}
    thanks for reading(?: this (?:post|article|entry))? (?:via|by|in) (?:rss|email|your feed).{0,140}
    this is a content summary only\b.{0,120}
    .{1,160} was originally published in .{1,80} where people are continuing the conversation\b.{0,80}
    (?:the|this) (?:post|article|entry)\b.{1,300}\bappeared first on\b.{1,120}
    (?:the|this) (?:post|article|entry)\b.{0,200}\b(?:first|originally) (?:appeared|published) (?:on|at|in)\b.{1,120}
    (?:first|originally) (?:published|appeared) (?!in (?:\w+ )?\d{4}\b.)(?:on|at|in)\b.{1,120}
    source ?:? ?(?:https?://\S+|\S+\.\S+)
    (?:hier |jetzt |artikel )?(?:weiter ?lesen|mehr (?:lesen|erfahren|dazu))(?: .{0,90})?
    (?:(?:den )?(?:ganzen|vollständigen) artikel lesen|zum (?:ganzen )?artikel)(?: .{0,90})?
    (?:der beitrag|der artikel)\b.{1,300}\berschien zuerst auf\b.{1,120}
    (?:lire (?:la suite|plus|l'article)|continuer (?:(?:la|à) lire|la lecture)|en savoir plus)(?: .{0,90})?
    (?:l'article|cet article|le billet)\b.{1,300}\best apparu (?:en premier|pour la première fois)\b.{0,120}
    (?:l'article|cet article|le billet)\b.{1,300}\ba été publié en premier\b.{0,120}
    (?:leer más|(?:seguir|continuar|sigue|continúa) leyendo|ver más)(?: .{0,90})?
    leer (?:la noticia|el artículo|la nota) complet[ao](?: .{0,90})?
    (?:la entrada|el artículo|la publicación)\b.{1,300}\b(?:se publicó|aparece|apareció) primero en\b.{1,120}
    (?:leggi (?:tutto|di più|l'articolo)|continua (?:a leggere|la lettura)|per saperne di più)(?: .{0,90})?
    (?:l'articolo|il post)\b.{1,300}\b(?:sembra essere il primo su|proviene da)\b.{1,120}
    (?:l'articolo|il post)\b.{1,300}\bè (?:apparso|stato pubblicato) (?:per primo |prima )?su\b.{1,120}
    (?:leia mais|(?:continue|continuar) (?:lendo|a ler)|saiba mais|ler mais)(?: .{0,90})?
    leia (?:a matéria|o artigo|a íntegra)(?: complet[ao])?(?: .{0,90})?
    (?:o post|o artigo|a postagem)\b.{1,300}\b(?:aparece(?:u)?|foi publicado) primeiro (?:em|no|na)\b.{1,120}
    (?:lees (?:verder|meer|het hele artikel)|verder lezen|meer lezen)(?: .{0,90})?
    (?:het|dit) (?:bericht|artikel)\b.{1,300}\b(?:verscheen eerst|is eerst verschenen) op\b.{1,120}
""",
)
"""What a teaser ends with: where the rest is to be read, and where it appeared first."""

ASIDE = Lines(
    tongues.NAMED,
    r"""
    (?:related|see also|read also|also read|read more|more|watch|also on .{1,30}|recommended) ?: ?.{1,200}
    also on (?!\w+day\b|the |this |that |<months>).{1,150}
    (?:lesen sie auch|lies auch|mehr zum thema|mehr dazu|siehe auch) ?: ?.{1,200}
    (?:(?:à )?lire (?:aussi|également)|voir aussi) ?: ?.{1,200}
    (?:lee|lea|ver|mira|vea) (?:también|además) ?: ?.{1,200}
    (?:leggi|vedi|guarda) anche ?: ?.{1,200}
    (?:leia|veja|confira) (?:também|mais) ?: ?.{1,200}
    (?:lees|kijk) (?:ook|meer) ?: ?.{1,200}
""",
)
"""Links to other articles between the paragraphs, which say so."""

ALSO = Lines(
    tongues.NAMED,
    r"""
    (?:read also|also read|see also|related(?: (?:story|stories|articles?|news|coverage))?) ?: ?.{1,150}
    (?:lesen sie auch|lies auch|(?:à )?lire aussi|lea también|leggi anche|leia também|lees ook) ?: ?.{1,150}
""",
)
"""The same where nothing is a link any more: the name of an article, which ends without a full stop."""
