"""What words of questions mean: kinds and roles of players, figures, ends of scales, mere form."""

from collections.abc import Mapping

from assistant.figures import Change
from assistant.records import PlayerKind

# What questions call players: many, one, and the kinds that this may mean.
NOUNS: tuple[tuple[str, str, tuple[PlayerKind, ...]], ...] = (
    (r"companies|firms|brands|vendors|manufacturers|makers|producers|start-?ups|giants|businesses"
     r"|players|competitors|rivals|suppliers|newcomers|entrants|contenders|incumbents|heavyweights"
     r"|retailers|corporations",
     r"company|firm|brand|vendor|manufacturer|maker|producer|start-?up|giant|business|player"
     r"|competitor|rival|supplier|newcomer|entrant|contender|incumbent|retailer|corporation",
     ("company",)),
    (r"people|persons|individuals|everybody|everyone|executives|founders|managers|officers|leaders"
     r"|bosses|spokes(?:women|men|persons|people)",
     r"person|individual|executive|founder|manager|officer|leader|boss|spokes(?:woman|man|person)",
     ("person",)),
    (r"products|models|brands of", r"product|model", ("product",)),
    (r"organi[sz]ations|institutes|institutions|agencies|sources|data|statistics|analysts"
     r"|researchers|forecasters|pollsters",
     r"organi[sz]ation|institut(?:e|ion)|agency|analyst|research\w*|forecaster|pollster",
     ("organisation",)),
)  # fmt: skip
# What questions call players of some roles beside the role's own name, and what these do.
ROLE_NOUNS = {
    "maker": "manufacturer player brand vendor producer competitor rival entrant contender",
    "startup": "newcomer upstart fledgling young",
    "giant": "heavyweight titan incumbent established big",
    "source": "data statistics analyst research researcher pollster agency",
    "chip": "processor silicon semiconductor",
    "retailer": "merchant seller marketplace",
}
ROLE_VERBS = {
    "maker": "make makes made making build builds produce produces manufacture manufactures",
    "supplier": "supply supplies supplied supplying deliver delivers",
}
# Whose word is asked for, however it is put: "where do the numbers come from".
SOURCES = (
    r"\b(?:data|statistics|numbers|figures|estimates|forecasts)\b.*\b(?:from|com(?:e|es|ing)|cited"
    r"|credited|provid\w+|suppl\w+|source[ds]?|rel(?:y|ies)|attribut\w+|behind)\b"
    r"|\b(?:cit\w+|source[ds]?|provid\w+|suppl\w+|quot\w+|credit\w+)\b.*\b(?:data|statistics|numbers"
    r"|figures|estimates|forecasts)\b"
)
CHANGES: Mapping[Change, str] = {
    "up": r"\b(?:ris(?:e|es|en|ing)|rose|increas\w+|gr[eo]w\w*|climb\w*|surg\w+|jump\w*|soar\w*"
    r"|gain\w*)\b",
    "down": r"\b(?:fall(?:s|en|ing)?|fell|decreas\w+|declin\w+|drop\w*|plung\w+|plummet\w*"
    r"|shr[aiu]nk\w*|slump\w*)\b",
}
# Whoever is named behind these is not asked about.
EXCEPT = (
    r"\b(?:besides|other than|apart from|aside from|except(?:ing)?(?: for)?|excluding"
    r"|in addition to|not counting|leaving (?:out|aside)|but not"
    r"|leaving(?=[^?!]* (?:aside|out)\b))\s+(?:the\s+)?"
)
# Lists of figures are asked for in the plural.
AMOUNTS = (
    r"amounts|sums|prices|costs|percentages?|shares|rates|yields|numbers|figures|values|quantities"
)
# Words that say how a question is put, or what every figure and every text may be.
FORM = frozenset(
    # asking
    "list name give show tell mention mentioned named stated state appear say says all every each "
    "how much many please want need know find found look draw put make table overview summary "
    "summarise summarize summarised identify identified count counted total altogether overall "
    "trace walk run through get gets got "
    "interested curious tell please come comes came coming fact facts happen happens happened "
    "involve involves involved having listed appear appears appeared "
    "up out off down away back aside "
    # the text
    "article text document documents story piece report paper news author writer journalist "
    "reporter reader call calls called refer refers referred describe described discuss discussed "
    "cover covered quote quoted cite cited rely relies based check name-check word words "
    # comparing
    "compare compared comparison versus vs differ difference contrast against set stack measure "
    "four five six seven eight nine ten eleven twelve dozen "
    "above below beside side relative respectively gap one two three other others both "
    "more less fewer than most least first second third fourth half quarter year month week "
    # time
    "change changed develop developed evolve grow grew grown growth trend over time forecast "
    "forecasts forecaster forecasters outlook expect expected expectation prediction predict "
    "predicted plan planned target targets result results shift shifted rise rose risen fall fell "
    "fallen move moved see saw seen history timeline "
    # of what there is
    "offer offers offered amount sum number figure value data quite kind kinds type types sort "
    "sorts whole belong belongs own owns provide provides exist exists there rather inside within "
    "into onto upon among between during under market markets industry sector".split()
)
HIGHEST = (
    r"\b(?:most|longest|highest|largest|steepest|strongest|sharpest|biggest"
    r"|dearest|heaviest|widest|fastest|greatest|longer"
    r"|higher|larger|bigger|dearer|heavier|wider|faster|greater|more|costlier|costliest|priciest"
    r"|pricier|top|maximum|above)\b"
)
LOWEST = (
    r"\b(?:least|shortest|lowest|smallest|cheapest|lightest|fewest|narrowest|slowest|shorter|lower"
    r"|smaller|cheaper|lighter|fewer|less|slower|minimum|below)\b"
)
# They say which end, not of what; "cheapest" and "heaviest" say both.
ENDS = (
    r"\b(?:most|least|more|less|fewer|fewest|top|maximum|minimum"
    r"|(?:long|short|high|low|larg|bigg?|small|great|fast|slow|steep|strong|sharp)(?:e?r|e?st))\b"
)
EXPECTED = r"\b(?:forecast\w*|expect\w*|predict\w*|target\w*|plan\w*|outlook)\b"
