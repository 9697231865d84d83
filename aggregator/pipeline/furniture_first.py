"""How furniture begins: most paragraphs are known by their first word to be none, in a few microseconds."""

from aggregator.pipeline import furniture_tongues as tongues

_WORDS = """
    a aanbevolen abbonati abonneer abonnez-vous abonnieren about accept acerca across actualités ad add ads
    advert advertentie advertisement afdrukken ajouter all alle allow also altri and andere annuler annulla
    antwort antworten anuncio anzeige around article articles articoli artigo artigos artikel artículo artículos
    as assine assuntos auch aucun auf back be bei beitrag bluesky by c cadastre-se campos cancel cancelar
    categories ce cela cet click clique cliquez comentario comentarios comentário comentários comment
    commentaire commentaires commenti comments comparte compartilha compartilhar compartilhe compartilo
    compartir condividi condividilo confira contenido contenidos content contenuti conteúdo conteúdos continua
    continuar continue continuer continues continúa cookie copy copyright coverage curtir daily das deel deine
    deixa deixe deja delen den der deze dies diese diesen dit don't dont download drucken e-mail editor editor's
    editors editors' einen el elsewhere email empfehlungen en enjoyed enregistrer enter entrada entradas
    erforderliche escreva escribe este etiquetas facebook fai faça featured filed find first flipboard folgen
    follow free from full ganzen geef gefällt gerelateerd gerelateerde get google guarda guardar have haz het
    hier i ihre il imprimer imprimir in informazioni inschrijven inscreva-se inscrivez-vous instagram iscriviti
    items j'aime je jetzt join keep keine kijk klick klicken klik kommentar kommentare l'article l'articolo
    l'autore la laat laatste laisser las lascia latest le lea learn leave lee leer lees leggi leia ler les lesen
    lies like liked linkedin links lire lo load loading los love mail mailing mais manage mastodon matéria
    matérias me meer meest mehr meinen meistgelesen meistgelesene meld melden mi mijn mira misschien more most
    mots-clés más naam neueste newer newest news newsletter newsletters next no nota notas noticia noticias
    notify notizie notícia notícias nous o older on ontvang ook opens originally os other our over paid partager
    partagez partilha partilhar partner passende per pin pinterest plaats please plus pocket pode poderá popular
    post posted posts potrebbe potrebbero previous print privacy promoted pubblicità publicaciones publicidad
    publicidade publicité questo quizá quizás reactie reacties read reading receba receive recent recente
    recently recevez recibe recommendations recommended reddit register registrati regístrate reject reklame
    related replies reply required response responses ricevi s'abonner s'inscrire saiba salva salvar save
    schlagwort schlagworte schlagworter schlagwört schlagwörte schlagwörter schreib schreibe schrijf scroll see
    seguici seguir seite share show siehe siga-nos sign sign-up sigue similar skip sobre source sponsored spread
    stampa start stories story su subscreva subscribe suivez suivez-nous sujets sur suscribirse suscríbase
    suscríbete síguenos tag tagged tags también também tap te teile teilen telegram tell temas terms thank the
    this threads ti tiktok todos top topic topics tous trending tu tumblr tutti tweet twitter twittern unser
    unsere up usamos usiamo utilizamos utilizziamo uw vea vedi veja ver verder vereiste vergelijkbare verwandte
    verwante video videos view vind vindt você voir volg vollständigen votre vous want watch we weekly weiter
    weitere weiterlesen werbung what whatsapp wij wir write x you you'll your youtube zum zur zurück © à
    ähnliche ça écrire über bookmark hit donate support become already submit report thanks purchase no
    average buy link powered replies submitted
    comenta comentar commenta commenter dieses jetzt kommentieren los reageer el
"""
FIRST = frozenset(_WORDS.split()) | tongues.FIRST
"""The first words of what furniture_words and furniture_notices describe."""

ANYWHERE = (
    "newsletter",
    "mailing list",
    "rights reserved",
    "cookies",
    "reader-supported",
    "continuing the conversation",
    "me a coffee",
    "useful was this post",
    *tongues.ANYWHERE,
)
"""What those say that may begin with any word."""
