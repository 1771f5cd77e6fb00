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
    "given": "gave", "chosen": "chose", "drawn": "drew", "run": "ran", "sold": "sold",
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
    "employs": "employ", "employed": "employ", "contains": "contain", "seats": "seat",
    "carries": "carry", "carried": "carry", "serves": "serve", "runs": "run", "sold": "sell",
}  # fmt: skip
# or what somebody did.
DOING = {
    "announced": "announce", "launched": "launch", "developed": "develop", "adopted": "adopt",
    "introduced": "introduce", "proposed": "propose", "recommended": "recommend", "found": "find",
    "concluded": "conclude", "recalled": "recall", "acquired": "acquire", "bought": "buy",
    "invented": "invent", "discovered": "discover", "won": "win", "received": "receive",
    "agreed": "agree", "decided": "decide", "promised": "promise",
}  # fmt: skip
PAST = frozenset(
    [*BEGINNING, *DOING, "lasted", "took", "had", "held", "employed", "carried", "sold"]
)
# What begins a sentence whose subject is elsewhere, or that is no statement.
NO_SUBJECTS = frozenset(
    "it its this that these those they their he his she her we our i my you your there here which "
    "who what such both some one another others all many most each every either neither nothing "
    "nobody no not only then thus also but and or so yet if when while where although though "
    "because since after before during until in on at by for from with without as to of under over "
    "about between among figure table see note section chapter page".split()
)
# They point to something outside of the sentence, which a question alone does not have.
POINTING = (
    "it its this that these those they them their he him his she her we us our i my you your "
    "former latter respectively above below following such so then also here there".split()
)
ASKERS = frozenset("i my we us our you your".split())  # who asks, in a heading
FILLERS = frozenset("many much long does did do have has had".split())  # of questions
AUXILIARIES = (
    "is are was were be been has have had will would can could may might must should do does did "
    "said says that which who whose when where if because than not".split()
)
OPENINGS = "in at on by for during since after according currently however today overall".split()
COMMON_ENDINGS = ("s", "ion", "ment", "ing", "ity", "ness", "ance", "ence", "ship", "age", "al")
SUMS = "total subtotal sum average mean all other".split()  # rows of tables that are no things
