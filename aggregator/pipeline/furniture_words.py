"""Headings and forms that sites write below their articles, in seven languages; bars and notices: furniture_notices.

Other languages are furniture_tongues'.

Each pattern is held against a whole paragraph, in lower case, with the signs at its ends taken off and its apostrophes
straight. ``.{0,N}`` stands for names: of the site, of the author, of another article.
"""

import re
from collections.abc import Callable
from functools import cached_property

from aggregator.pipeline import furniture_tongues as tongues

_PLACES = (
    "facebook|twitter|x|whatsapp|linkedin|pinterest|reddit|telegram|tumblr|google\\+|flipboard|pocket"
    "|instagram|youtube|tiktok|threads|bluesky|mastodon"
)
_NAMED = {
    "things": "(?:stories|story|posts?|articles?|news|content|topics?|links?|coverage|reading|videos?|items)",
    "places": _PLACES,
    "advertisement": "advert|advertisement|ads?|anzeige|werbung|publicité|publicidad|pubblicità|publicidade"
    "|advertentie|reklame|anuncio",
    "button": f"(?:(?:share|tweet|pin(?: it)?|email|mail|print|pdf|like|loading|more|copy link|on|and|{_PLACES})"
    "(?:[\\s,|·•/&]+|$))",
    "rights": tongues.RIGHTS,
    "pause": "(?:advertisement|ad|video|promotion|newsletter.{0,20})",
    "months": "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \\d",
    "whole": "(?:full|whole|original) (?:article|story|post|entry)|rest(?: of .{1,60})?",
}


class Lines:
    """Lines that each match a whole paragraph; ``<name>`` stands for a group of words.

    Most texts are known at a glance to have no furniture: they are compiled, at length, when the first is asked about.
    """

    def __init__(self, *texts: str) -> None:
        self._texts = texts

    @cached_property
    def fullmatch(self) -> Callable[[str], re.Match[str] | None]:
        """Hold a paragraph against them."""
        lines = [line.strip() for text in self._texts for line in text.splitlines()]
        alternatives = [re.sub(r"<(\w+)>", lambda name: _NAMED[name[1]], line) for line in lines]
        return re.compile("|".join(filter(None, alternatives))).fullmatch


FORM = Lines(
    tongues.FORMS,
    r"""
    (?:\d+ )?(?:leave|write|add|post) (?:a |your )?(?:reply|comment)s?(?: to .{1,60}| below| cancel reply)?
    (?:leave a reply )?cancel (?:reply|comment)
    be the first to comment.{0,40}
    (?:you must be|please) (?:logged|log) in to .{0,40}
    (?:(?:\d+ )?comments?|no comments)(?: on .{1,90}| \(?\d+\)?)?
    (?:post|submit) (?:a |your )?comment
    (?:\d+ (?:responses?|replies)|no (?:responses|replies))(?: (?:on|to) .{1,90})?
    (?:join the|start a) (?:conversation|discussion)
    (?:view|show|read|see|load) (?:all |more )?(?:\d+ )?comments?(?: \(?\d+\)?)?
    comments are closed.{0,20}
    tell us what you think
    (?:jetzt )?kommentieren|commenter(?: cet article)?|comentar(?: (?:esta|la) noticia)?|comenta esta noticia
    commenta(?: (?:l'articolo|la notizia))?|reageer(?: op dit artikel)?
    schreibe? (?:einen|deinen|ihren) kommentar.{0,30}
    (?:einen )?kommentar (?:schreiben|verfassen|hinterlassen|abgeben)
    (?:antworten? abbrechen|antwort hinterlassen)
    (?:\d+ |keine )?kommentare(?: zu .{1,90}| \(?\d+\)?)?
    (?:laisser|ajouter|écrire|poster) (?:un|votre) commentaire.{0,30}
    annuler la réponse
    (?:\d+ |aucun )?commentaires?(?: \(?\d+\)?)?
    deja (?:un comentario|una respuesta|tu comentario|tu opinión).{0,30}
    cancelar (?:la )?respuesta
    (?:\d+ )?comentarios?(?: \(?\d+\)?)?
    escribe un comentario
    lascia un (?:commento|tuo commento).{0,30}
    annulla risposta
    (?:\d+ )?commenti(?: \(?\d+\)?)?
    deix[ea] (?:um comentário|uma resposta|(?:o )?seu comentário).{0,30}
    cancelar resposta
    (?:faça|escreva) um comentário
    (?:\d+ )?comentários?(?: \(?\d+\)?)?
    (?:geef|plaats|schrijf|laat) (?:een|je|uw) reactie.{0,30}
    reactie annuleren
    (?:\d+ )?reacties?(?: \(?\d+\)?)?
""",
)
"""What stands above the form in which readers write their comments."""

FIELDS = Lines(
    tongues.FIELDS,
    r"""
    your email address will not be published.{0,80}
    required fields are marked.{0,10}
    save my name, email,? and website.{0,90}
    notify me of (?:new posts|follow-?up comments).{0,40}
    (?:deine|ihre) e-?mail-?adresse wird nicht veröffentlicht.{0,80}
    erforderliche felder sind .{0,30}
    meinen namen, .{0,80} speichern.{0,60}
    votre adresse (?:e-?mail|de messagerie) ne sera pas publiée.{0,90}
    les champs obligatoires sont .{0,30}
    enregistrer mon nom, .{0,90}
    (?:tu|su) dirección de correo electrónico no será publicada.{0,90}
    el contenido de los comentarios es\b.{0,120}
    no está permitido verter comentarios\b.{0,200}
    los campos (?:obligatorios|requeridos|necesarios) .{0,40}
    guarda(?:r)? mi nombre, .{0,90}
    il tuo indirizzo e-?mail non sarà pubblicato.{0,90}
    i campi obbligatori sono .{0,30}
    salva il mio nome, .{0,90}
    o seu endereço de e-?mail não será publicado.{0,90}
    (?:os )?campos obrigatórios .{0,40}
    salvar meus dados neste navegador.{0,60}
    (?:je|het|uw) e-?mailadres (?:wordt|zal) niet (?:ge|worden ge)publiceerd.{0,90}
    (?:ver|v)?eiste velden zijn .{0,30}
    (?:mijn )?naam, e-?mail en site bewaren.{0,60}
""",
)
"""What such a form says in itself: nothing of the article comes after it."""

LIST = Lines(
    tongues.LISTS,
    r"""
    (?:(?:more|other|also|see|view|our) )?(?:related|similar)(?: <things>)?
    <things> you(?:'ll| may| might| will) (?:also )?(?:like|enjoy)
    more (?:top stories|headlines|<things>)(?: (?:from|like|on|in|by|about) .{1,50})?
    you(?:'ll| may| might| will)? (?:may )?also (?:like|enjoy|be interested in).{0,20}
    you (?:may|might) be interested in.{0,20}
    (?:read also|also read)
    also of interest.{0,20}
    see also
    more (?:must[- ]reads )?from .{1,50}
    more (?:on|about) this(?: story| topic)?
    (?:most|recently) (?:read|popular|viewed|shared|commented|recent|emailed)(?: .{1,40})?
    we recommend
    (?:previous|next|older|newer) (?:article|post|story|entry|posts|articles)(?: .{0,90})?
    in this (?:article|story)
    (?:ähnliche|verwandte|weitere|mehr|passende|andere|neueste) (?:storys?|news|meldungen|themen)(?: .{0,40})?
    (?:ähnliche|verwandte|weitere|mehr|passende|andere|neueste) (?:artikel|beiträge|nachrichten)(?: .{0,40})?
    (?:das|dies) könnte (?:sie|dich|ihnen|euch) auch (?:interessieren|gefallen)
    auch interessant
    meistgelesene?(?: .{1,30})?
    (?:articles?|sujets|actualités) (?:similaires?|connexes?|liée?s?|associée?s?|récents?)
    sur le même (?:sujet|thème)
    (?:vous aimerez|vous pourriez (?:aussi )?aimer|(?:cela|ça) p(?:eu|ourrai)t vous intéresser).{0,20}
    les (?:articles )?(?:plus|\+) lus.{0,20}
    plus d'articles.{0,20}
    (?:artículos?|noticias?|entradas?|notas?|temas) (?:relacionad[oa]s?|similares|recientes)
    (?:publicaciones|contenidos?) (?:relacionad[oa]s?|similares|recientes)
    (?:también )?(?:te|le) puede(?:n)? (?:también )?interesar
    (?:lo más|las más|los más) (?:leíd|vist|popular|comentad).{0,12}
    más (?:noticias|artículos)(?: .{0,40})?
    (?:articoli|notizie|contenuti) (?:correlat[ie]|simil[ie]|recenti)
    (?:ti )?potrebbe(?:ro)? (?:anche )?(?:interessar(?:ti|e)|piacerti).{0,20}
    (?:i|le) più lett[ie].{0,20}
    altri articoli.{0,30}
    (?:artigos?|notícias?|posts?|matérias?|conteúdos?|assuntos) (?:relacionad[oa]s?|similares|recentes)
    (?:você )?(?:também )?(?:pode|poderá) (?:gostar|te interessar|se interessar).{0,20}
    (?:as |os )?mais (?:lidas|lidos|vistas|vistos|populares)(?: .{0,20})?
    mais (?:notícias|artigos)(?: .{0,40})?
    (?:gerelateerde?|verwante|vergelijkbare|andere|meer) (?:artikel(?:en|s)?|berichten|nieuws|verhalen)(?: .{0,40})?
    (?:recente|laatste) (?:artikelen|berichten|nieuws)(?: .{0,40})?
    (?:dit|deze) (?:vind je misschien ook|artikelen vind je).{0,30}
    (?:misschien )?(?:ook|vindt u) interessant(?: voor (?:jou|u))?
    (?:het )?meest gelezen.{0,20}
    mehr zu(?:m thema|r sache)|mehr zu diesem thema
    (?:lesen sie|lies|lesen) auch
    (?:à lire|lire|voir) (?:aussi|également)
    (?:lee|lea|ver|mira|vea) (?:también|además)
    (?:leggi|vedi|guarda) anche
    (?:leia|veja|confira) também
    lees ook
    (?:recommended|recommendations) (?:for you|stories|reading|articles|posts)
    (?:read|watch|what to read) next
    (?:around|elsewhere on|from around|from across) the web
    about the authors?|über (?:den autor|die autorin)|à propos de l'auteur|sobre (?:el|o) autor|over de auteur
    informazioni sull'autore
""",
)
"""The headings of lists that lead to other articles: what follows is list until a paragraph of prose comes."""

LINKS = Lines(r"""
    (?:read|up|watch|what to read|what s) next
    (?:recommended|recommendations)(?: (?:for you|stories|reading|articles|posts|videos|links))?
    trending(?: (?:now|stories|news|topics|on .{1,30}|articles|posts))?
    (?:popular|latest|recent|featured|top|newest) (?:now|headlines|<things>)(?: from .{1,40})?
    about the authors?
    about .{0,30}post author
    editors?'?s? picks?
    don'?t miss(?: this| these)?
    (?:from )?(?:around|elsewhere on|across) the web
    (?:sponsored|promoted|paid|partner)(?: (?:content|stories|links|post|articles))?(?: by .{1,40})?
    (?:filed under|posted in|tagged(?: with| as)?|tags?|categories|(?:related )?topics)(?: ?:.{0,150})?
    mehr (?:zum thema|zu diesem thema|dazu|aus .{1,40}|von .{1,40})
    (?:lesen sie|lies|lesen) auch.{0,20}
    über (?:den autor|die autorin)
    schlagw[oö]rte?r?(?: ?:.{0,150})?
    (?:zum|zur) (?:thema|startseite)
    empfehlungen(?: der redaktion)?
    (?:à lire|lire|voir) (?:aussi|également).{0,20}
    à propos de l'auteur
    mots-clés(?: ?:.{0,150})?
    (?:lee|lea|ver|mira|vea) (?:también|además).{0,20}
    (?:sobre|acerca de) el autor
    etiquetas(?: ?:.{0,150})?
    quizás? te interese
    (?:leggi|vedi|guarda) anche.{0,20}
    l'autore
    informazioni sull'autore
    (?:leia|veja|confira) (?:também|mais)(?: .{0,30})?
    sobre o autor
    lees (?:ook|meer|verder)(?: ?:.{0,30})?
    meer over (?:dit onderwerp|.{1,30})
    over de auteur
    aanbevolen(?: .{1,20})?
""")
"""Headings of which only the links below them tell that they lead to other articles."""
