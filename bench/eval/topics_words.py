"""Words of the topics of the labelled sets, as an editor would write them under ``words:`` in feeds.yaml.

Written once, from what the topics are called, and not changed after the first measurement.
"""

AGNEWS = {
    "world": (
        "war, troops, soldiers, military, rebels, militants, insurgent*, guerrilla*, bomb*, killed, attack*, "
        "hostage*, kidnap*, ceasefire, peace, treaty, embassy, diplomat*, foreign minister, prime minister, "
        "president, parliament, election*, refugee*, nuclear weapons, united nations, sanctions, border, "
        "protest*, police, violence, Israel*, Palestinian*, Iran*, Iraq*, Afghan*, human rights, earthquake, "
        "pope "
    ),
    "business": (
        "shares, stock*, market*, investor*, profit*, earnings, quarterly, revenue, economy, economic, "
        "inflation, interest rates, central bank, bank*, oil price*, crude, dollar, euro, trade deficit, "
        "merger, takeover, acquisition, bid, chief executive, CEO, IPO, bankruptcy, retailer*, airline*, "
        "jobs, layoffs, consumer spending, sales, deal, Wall Street, bonds "
    ),
    "sports": (
        "match, game*, season, team*, coach, player*, league, cup, championship*, tournament, goal*, "
        "football, soccer, basketball, baseball, tennis, golf, cricket, rugby, olympic*, medal*, champion*, "
        "quarterback, inning*, striker, race, win over, victory, defeat*, playoff*, final, grand prix, World "
        "Cup "
    ),
    "sci-tech": (
        "software, computer*, internet, web, online, Microsoft, Google, Apple, IBM, Linux, virus, hacker*, "
        "security flaw, browser, chip*, wireless, mobile phone*, broadband, search engine, video game*, "
        "technology, scientist*, researchers, space, NASA, planet*, satellite*, telescope, species, fossil*, "
        "climate, DNA, genetic*, robot*, digital "
    ),
}
BBC = {
    "business": (
        "shares, stock*, market*, investor*, profit*, earnings, quarterly, revenue, economy, economic, "
        "growth, inflation, interest rates, central bank, bank*, oil price*, crude, dollar, euro, exports, "
        "trade deficit, merger, takeover, acquisition, bid, chief executive, bankruptcy, retailer*, airline*, "
        "jobs, unemployment, consumer spending, sales, deal, firm*, analysts "
    ),
    "entertainment": (
        "film*, movie*, actor*, actress*, director, cinema, box office, music, singer*, band, album*, song*, "
        "chart, single, rock, pop, concert*, tour, festival, award*, Oscar*, Grammy*, nominat*, comedy, "
        "drama, theatre, musical, TV show, television series, star*, Hollywood, celebrit*, novel, author, "
        "museum "
    ),
    "politics": (
        "minister*, prime minister, MP, MPs, parliament, House of Commons, Lords, government, opposition, "
        "Labour, Tory, Tories, Conservative*, Liberal Democrat*, election*, vote*, voter*, campaign*, party "
        "leader, secretary of state, chancellor, policy, policies, bill, legislation, Downing Street, "
        "Whitehall, immigration, tax*, council*, referendum, shadow, manifesto "
    ),
    "sport": (
        "match, game*, season, team*, coach, player*, league, cup, championship*, tournament, goal*, "
        "football, rugby, cricket, tennis, golf, athletics, olympic*, medal*, champion*, striker, midfielder, "
        "defender, captain, injury, race, win, victory, defeat*, semi-final, final, manager, club*, squad, "
        "referee, stadium, Grand Slam "
    ),
    "tech": (
        "software, computer*, internet, web, online, website*, Microsoft, Google, Apple, Linux, virus*, "
        "hacker*, spam, security, browser, chip*, wireless, mobile phone*, handset*, broadband, net, search "
        "engine, video game*, console*, gadget*, technology, digital, download*, users, data, email, PC, "
        "device*, robot* "
    ),
}

ABOUT = {
    "world": "Wars, governments, elections, diplomacy, attacks and conflicts between states.",
    "business": "Companies, their profits and shares, markets, oil prices, banks and the economy.",
    "sports": "Matches, players, teams, leagues and championships in football, baseball, basketball, tennis and golf.",
    "sci-tech": "Computers, software, the internet, science, space and research.",
    "entertainment": "Films, actors, music, bands, television, theatre and their awards.",
    "politics": "Government, parliament, ministers, parties, elections and laws.",
    "sport": "Matches, players, teams, leagues and championships in football, rugby, cricket, tennis and athletics.",
    "tech": "Computers, software, mobile phones, the internet, games and gadgets.",
}
"""A sentence for each topic, as an editor would write it under ``about:``."""
