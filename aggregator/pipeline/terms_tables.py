"""Tables of ``terms``: words that say nothing of what a text is about, and scripts that are written without blanks."""

UNSPACED_SCRIPTS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Thai, Lao, Burmese, Khmer, kana, Chinese, and Hangul, whose particles cling to the word."""

_PLAIN = {
    "en": """
        a about above after again against ago all almost along already also although always am amid among an and
        another any anyone anything are aren't around as at away back be became because become been before behind
        being below between both but by came can can't cannot come could did didn't do does doesn't doing don't done
        down during each either else even ever every everyone everything far few first for from further get gets
        getting give go goes going gone got had has hasn't have haven't having he he's her here hers herself him
        himself his how however i i'm if in into is isn't it it's its itself just keep know last later least less
        let let's like likely made make makes making many may maybe me might more most much must my myself near need
        never new next no nor not nothing now of off often on once one only onto or other others our out over own
        part per perhaps put quite rather really said same saw say saying says see seen set several shall she should
        since so some someone something soon still such take taken takes than that that's the their them themselves
        then there these they they're thing things this those though three through thus to today together told
        tomorrow too took toward towards two under until up upon us use used very via want wants was wasn't way we
        we're well went were what what's when where whether which while who who's whom whose why will with within
        without won't would yesterday yet you you're your yours monday tuesday wednesday thursday friday saturday
        sunday mon tue wed thu fri sat sun january february march april june july august september october november
        december jan feb mar apr jun jul aug sep sept oct nov dec am pm gmt utc est edt bst news update updated
        updates video videos photo photos picture pictures watch live report reports reported reportedly read story
        exclusive breaking gallery podcast opinion review
    """,
    "de": """
        aber alle allem allen aller als am an auch auf aus bei beim bin bis bist da damit dann das dass dem den denn
        der des die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es
        etwa euch für gegen hab habe haben hat hatte hatten ich ihm ihn ihnen ihr ihre im in ins ist ja jede jeder
        jetzt kann kein keine können man mehr mein mit muss nach neue neuen nicht noch nun nur ob oder ohne schon
        sei sein seine seit sich sie sind so soll sollen über um und uns unter vom von vor war waren was weil wenn
        wer werden wie wieder wird wir wo wurde wurden zu zum zur zwei zwischen
    """,
    "fr": """
        au aux avec avoir c'est ce cela ces cet cette ceux chez comme d'un d'une dans de des deux donc du elle elles
        en encore entre est et être eu fait faut il ils je l'on la le les leur leurs lui mais même mes moi mon ne
        nos notre nous on ont ou où par pas plus pour qu'il qu'elle que qui sa sans se selon ses si son sont sous
        sur ta te tes toi ton tous tout toute très tu un une va vers vos votre vous était été
    """,
    "es": """
        al algo ante antes aunque bajo cada como con contra cual cuando de del desde donde dos el ella ellas ellos
        en entre era es esa ese eso esta este esto estos está están fue fueron ha han hasta hay hoy la las le les lo
        los más mi mientras muy nada ni no nos o para pero por porque qué que quien se sea según ser si sin sobre
        son su sus también te tiene todo todos tras tu un una unas uno unos y ya
    """,
    "it": """
        agli ai al alla alle anche che chi ci come con contro così cui da dal dalla dei del della delle di dopo due
        è e ed era fra gli ha hanno il in io la le lo loro ma nei nel nella non o per perché più quando quella
        questa questo se sono sta su sua sul sulla suo tra un una uno
    """,
    "pt": """
        ao aos até com como da das de dele depois do dos e ela elas ele eles em entre era essa esse esta este eu foi
        foram há isso já mais mas na nas não nem no nos num numa o os ou para pela pelo por quando que quem se sem
        ser seu seus sobre sua são também tem um uma é
    """,
    "nl": """
        aan al als bij dan dat de die dit door een en er geen had heeft hem het hij hoe hun ik in is je kan maar
        meer met na naar niet nog nu of om onder ook op over te tot uit van veel voor waar wat we wel werd wie wil
        wordt ze zich zijn zo
    """,
    "ru": """
        а без более был была были было быть в вам вас весь во вот все всех вы где да для до его ее если есть еще же
        за и из или им их к как когда кто ли мы на над не него нет но о об он она они от перед по под после при про
        с со так также там то тоже только у уже чем через что чтобы это этого этой этом я
    """,
    "ar": "في من على إلى عن أن إن هذا هذه التي الذي مع ما لا كان كانت بعد قبل بين كل قد لم هو هي أو ثم و",
}

PLAIN_WORDS = frozenset(word for words in _PLAIN.values() for word in words.split())
"""Closed classes of words in nine languages, days, months, and what headlines of all subjects say."""
