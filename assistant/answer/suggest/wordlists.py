"""Words by which sentences of a simple shape are recognised."""

MONTHS = (
    "January February March April May June July August September October November December".split()
)
NUMBER_WORDS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty".split()
)
APPROXIMATE = (
    *"about around some over nearly almost roughly only".split(),
    *("up to", "at least", "at most", "more than", "fewer than", "less than"),
)
CURRENCIES = "€ yuan euro euros dollar dollars pound pounds franc francs EUR USD GBP CHF".split()
PARTLY = "partly mainly mostly largely chiefly only simply just probably".split()
# Quantities: what something costs is asked "for" it, others "of" it.
ASKED_FOR = "price cost fee budget deposit fine premium charge dose".split()
QUANTITIES = (
    *ASKED_FOR,
    *"amount area capacity density depth distance elevation height income length limit loss mass "
    "occupancy population power profit range rate rent revenue salary sales score share shipment "
    "shipments size speed target temperature turnover value volume voltage wage weight width "
    "yield".split(),
)
ROLES = (
    *"chief CEO CFO CTO founder co-founder president director head chair chairman chairwoman "
    "chairperson manager minister mayor professor secretary spokesman spokeswoman spokesperson "
    "architect author captain engineer editor treasurer inspector warden".split(),
    "person in charge",
)
# Participles of irregular verbs, and their past tense.
IRREGULAR = {
    "built": "built", "written": "wrote", "led": "led", "made": "made", "held": "held",
    "given": "gave", "chosen": "chose", "drawn": "drew", "sold": "sold",
    "bought": "bought", "found": "found", "paid": "paid", "taken": "took", "won": "won",
}  # fmt: skip
# Verbs in the forms in which they occur, and their infinitive: after them comes a day,
BEGINNING = {
    "opened": "open", "closed": "close", "began": "begin", "started": "start", "ended": "end",
}  # fmt: skip
# a duration,
LASTING = {
    "lasts": "last", "last": "last", "lasted": "last", "takes": "take", "take": "take",
    "took": "take",
}  # fmt: skip
# a price,
COSTING = {"costs": "cost", "cost": "cost"}
# a number of things,
HAVING = {
    "has": "have", "have": "have", "had": "have", "holds": "hold", "hold": "hold", "held": "hold",
    "contains": "contain", "seats": "seat", "runs": "run", "covers": "cover", "covered": "cover",
}  # fmt: skip
# or how much something rose or fell.
MOVING = {
    "rose": "rise", "fell": "fall", "grew": "grow", "dropped": "drop", "increased": "increase",
    "decreased": "decrease", "declined": "decline", "climbed": "climb", "shrank": "shrink",
}  # fmt: skip
# What people and organisations do to something: the answer to "Who" is never a thing.
_DOING = (
    "accept acquire adopt announce appoint approve award ban block build buy cancel carry choose "
    "collect commission complete count confirm conduct create criticise declare deliver demand "
    "deny design develop discover donate earn employ establish evaluate examine export file find "
    "finish fund grant handle hire host identify import impose improve inspect install introduce "
    "invent investigate issue join launch lead lift manage manufacture monitor "
    "name offer open operate order organise oversee own pay plan present produce promise propose "
    "provide publish raise receive recall recommend record reduce register refuse reject release "
    "remove renew repair repay replace request rescue restore review sell send serve sign "
    "spend sponsor store study supply support suspend teach test train transport treat "
    "visit vote welcome win withdraw write"
)
_IRREGULAR_PAST = {
    "build": "built", "buy": "bought", "choose": "chose", "find": "found",
    "lead": "led", "oversee": "oversaw", "pay": "paid",
    "repay": "repaid", "run": "ran", "sell": "sold", "send": "sent", "spend": "spent",
    "teach": "taught", "win": "won", "withdraw": "withdrew", "write": "wrote", "plan": "planned",
    "ban": "banned", "stop": "stopped",
}  # fmt: skip


# What somebody did is asked of these: "What did they raise?" is too little.
ASKED_ABOUT = frozenset(
    "acquire announce ban buy conclude decide demand deny design develop discover introduce invent "
    "invest launch promise propose recommend reject sell".split()
)
# In the third person these are no plural nouns as well: "records", "moves".
_PRESENT = "employ manage operate organise own pay produce propose provide publish recommend sell"


def _inflect(infinitives: str, present: str) -> dict[str, str]:
    """Verbs in the past, and some in the third person, and their infinitives.

    >>> _inflect("carry raise buy", "buy")
    {'carried': 'carry', 'raised': 'raise', 'bought': 'buy', 'buys': 'buy'}
    """
    forms: dict[str, str] = {}
    for verb in infinitives.split():
        in_y = verb.endswith("y") and verb[-2] not in "aeiou"
        regular = f"{verb[:-1]}ied" if in_y else f"{verb}d" if verb.endswith("e") else f"{verb}ed"
        forms[_IRREGULAR_PAST.get(verb, regular)] = verb
    forms |= {f"{verb}es" if verb.endswith("sh") else f"{verb}s": verb for verb in present.split()}
    # Another verb's past, or more often something else.
    return {form: verb for form, verb in forms.items() if form not in ("found", "cut")}


DOING = _inflect(_DOING, _PRESENT) | {
    "agreed": "agree",
    "decided": "decide",
    "concluded": "conclude",
}
# After them comes what was paid.
PAYING = {
    form: verb
    for form, verb in DOING.items()
    if verb in "pay spend earn raise receive donate award grant repay offer".split()
} | {"charges": "charge", "charged": "charge", "invested": "invest", "lost": "lose"}
# After them comes a sum.
SUMMING = {"came to": "come to", "amounted to": "amount to", "totalled": "total"}
AGENTS = (
    "council committee court company board ministry minister agency authority government "
    "department union association commission police parliament university hospital"
).split()
EVENTS = "deadline meeting hearing election vote trial ceremony opening conference auction".split()
_ALL = {**BEGINNING, **LASTING, **HAVING, **MOVING, **DOING, **PAYING}
PAST = frozenset(form for form, verb in _ALL.items() if form != verb and not form.endswith("s"))
# What begins a sentence whose subject is elsewhere, or that is no statement.
NO_SUBJECTS = frozenset(
    "it its this that these those they their he his she her we our i my you your there here which "
    "who what such both some one another others all many most each every either neither nothing "
    "nobody no not only then thus also but and or so yet if when while where although though "
    "because since after before during until in on at by for from with without as to of under over "
    "about between among figure table see note section chapter page again whoever whatever why "
    "how".split()
)
ADVERBS = frozenset("therefore already never ever even soon often later first".split())
# They point to something outside of the sentence, which a question alone does not have.
POINTING = (
    "it its this that these those they them their he him his she her we us our i my you your "
    "same former latter respectively above below following such so then also here there".split()
)
ASKERS = frozenset("i my we us our you your".split())  # who asks, in a heading
FILLERS = frozenset(  # of questions
    [
        *"many much long does did do have has had before after come amount total".split(),
        *MOVING.values(),
    ]
)
AUXILIARIES = (
    "is are was were be been has have had will would can could may might must should do does did "
    "said says that which who whose when where if because than not".split()
)
OPENINGS = "in at on by for during since after according currently however today overall".split()
COMMON_ENDINGS = ("s", "ion", "ment", "ing", "ity", "ness", "ance", "ence", "ship", "age", "al")
PLACES = frozenset(
    "Avenue Bridge Court Drive East Field Fields Gate Hall Hill House Lane North Park Place Point "
    "Quay Road Room Row South Square Station Street Terrace Way West Wynd".split()
)
SUMS = "total subtotal sum average mean all other".split()  # rows of tables that are no things
