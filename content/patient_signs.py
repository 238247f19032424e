"""The patterns of `content.patient_data`: what, in a sentence, points to one patient.

Every repeat has an upper bound, so the work grows with the text's length and with nothing else (a test computes the
bound). Texts come as `content.patient_data` normalises them: one kind of digit, dash and space, no accents, no control
characters. Case is ignored, except where a name or initials are judged.
"""

import re
from collections.abc import Mapping


def _any(words: str) -> str:
    """One of the words, of which `_` is a space."""
    return "(?:" + "|".join(words.split()).replace("_", " ") + ")"


def _compiled(patterns: Mapping[str, str]) -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in patterns.items()}


# Days and hours.
_MONTH = _any(r"""
    jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? may june? july? aug(?:ust)? sept?(?:ember)? oct(?:ober)?
    nov(?:ember)? dec(?:ember)? enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
""")
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thurs?|fri|satur|sun)(?:day)?"
_LATELY = _any("yesterday today tonight this_morning this_afternoon last_night last_week")
NUMERIC_DATE = r"(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}[/.-]\d{1,2}[/.-]\d{1,2})(?!\d)"
NAMED_DATE = (
    rf"(?:{_MONTH}\.? ?\d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|\d{{1,2}}(?:st|nd|rd|th)? (?:of |de )?{_MONTH})\b"
)
_FULL_DATE = rf"(?:{NUMERIC_DATE}|{NAMED_DATE})"
_DATE = rf"(?:{_FULL_DATE}|(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?![\d/])(?! of\b))"
_CLOCK = r"\b(?:\d{1,2}(?::\d\d)? ?(?:am|pm|a\.m|p\.m|o'?clock)\b|\d{1,2}:\d\d(?!\d))"
_AHEAD = rf"(?:(?:on |this |next )?(?:{_WEEKDAY}|today|tomorrow|tonight|{_FULL_DATE}),? )"
_PLAN = r"(?:[/<]\S{1,40} )?plan (?:[a-z\d]{1,20}-[a-z\d-]{1,40} )?"
_MOMENT = rf"(?:{_CLOCK}|\b{_FULL_DATE})"

# Names and labelled numbers, judged further by `content.patient_data`.
_NAME = r"(?P<name>[a-z][a-z'-]{1,20})"
_TWO_NAMES = r"(?P<name>[a-z][a-z'-]{1,20} (?:[a-z]\.? )?[a-z][a-z'-]{1,20}?)"
_NAMES = r"(?P<name>[a-z][a-z'-]{1,20}?(?: [a-z][a-z'-]{1,20}?)?)"
_ID = r"(?P<id>[a-z]{0,4}-?\d[\da-z-]{2,20})"
_IS = rf"(?: ?{_any('number num no nbr id # : = is was of ending ends in')}){{0,4}} ?"
_NUMBER_IS = rf"(?: ?{_any('number num no nbr id # :')}){{1,3}} ?(?:is |was )?"
_RECORD_NUMBER = _any(r"mrn m\.r\.n\.? csn chart acct account medical_record encounter accession specimen")
_LABEL = _any(r"""
    record claim policy ref reference mr auth authorization referral case rx prescription group visit order guarantor
    driver'?s?_license license_plate
""")
_INSURED = _any("member subscriber insured insurance medicaid medicare medi-cal beneficiary policyholder health_plan")
_LONG_NUMBERED = _any("claim policy auth authorization prescription case guarantor subscriber member id")
_PAYER = _any(r"""
    bcbs blue_cross blue_shield aetna cigna humana uhc united_?healthcare kaiser tricare anthem medicaid medicare
""")
_BIRTH_DATE = r"dob d\.o\.b\.? date_of_birth fecha_de_nacimiento"
_BORN = _any(_BIRTH_DATE + " birth_?date bday birthday born nacid[oa]")
_ON_PHONE = _any("call phone cell text number tel telephone fax reach home mobile contact")
_COUNTED = _any("patients calls people claims visits members")
_STREET = _any("st street ave avenue rd road drive ln lane blvd boulevard court apt way")

# People. A patient here is one person: not "patient portal", not "be patient", not "patients".
_PT = _any("patient pt paciente")
_DOES = _any(r"""
    who that in at on from for is was has had with to about because c[ao]me comes calls? called says? said wants?
    needs? asked seen admitted discharged scheduled checked arrived did didn't will lives died missed left back again
    yesterday today this last yelled complained cried fell here of moved
""")
_PATIENT = (
    r"(?<!\bbe )(?<!more )(?<!very )(?<!stay )(?<!being )(?<!\bso )"
    rf"\b{_PT}\b(?='s\b| ?(?:$|[,.:;!?)(-])| (?:{_DOES}\b|\d|@))"
)
_CALLED = _any("is was named called name by_the_name_of mrs? ms miss")
_KIN = _any("mother mom father dad son daughter wife husband spouse sister brother caregiver")
_SOMEBODY = _any("lady man woman guy gentleman kid boy girl child baby toddler teen(?:ager)?")
_PERSON = rf"\b(?:he|she|him|her|his|hers|who|senora?|grandm[ao]\w{{0,5}}|grandpa|{_SOMEBODY}|{_KIN}|{_PT})\b"
_OWN = r"\b(?:her|his|their|sus?)\b"
_TITLE = rf"\b{_any('mrs? ms miss mister senora? sra')}\b\.? {{1,2}}"
_NO_NAME = _any("office excel word teams outlook access degree in and or my the a")
_ME = (r"\bmy", r"\bam", "'m", r"\bam a", "'m a", r"\bim a", r"\bas a", r"\bam an", r"\bas an")
_NOT_ME = "".join(rf"(?<!{words} )" for words in _ME)
_COLLEAGUE = _any(r"""
    boss manager supervisor director mentor instructor teacher coworker colleague owner coach nurse trainer hr lead
""")
_HELPED = _any("asked told lets? taught trained showed gave offered hired promoted coached mentored approved wants")
_MEETING = _any("meet(?:ing)? huddle class training interview lunch conference study workshop webinar session seminar")

# What happens to a patient.
_RECORD = _any(r"""
    charts? labs? lab_work (?:lab|test|scan|mri|biopsy|blood|x-?ray)_results? results refills? prescriptions? rx
    scripts? co-?pay diagnosis biops(?:y|ies) mri ct x-?rays? ultrasound colonoscopy mammogram echo ekg surgery
    appointment appt meds medications? medical_records? insurance_card balance deductible eob prior_auth(?:orization)?
    blood_?work cita
""")
_PAPER = _any("bill claim insurance statement card refund")
_SEEN = _any(r"""
    no[-_]?show(?:s|ed)? missed_(?:his|her|their)_\w{1,12} (?:came|was|is)_in(?:_late)?_(?:for|with|about|without)
    checked_in (?:was|is|got|were)_(?:seen|admitted|discharged|diagnosed|hospitalized) tested_positive is_pregnant
    passed_away needs?_(?:an?_|his_|her_|the_)?(?:refill|referral|ride|interpreter|wheelchair|prior_auth)
""")
_CAME = _any(r"""
    came_in came_back walked_in called_(?:about|back|to_cancel|to_reschedule) was_late in_the_lobby
    vino_(?:a|con|por|tarde)
""")
_HANDLED = _any("roomed admitted discharged triaged rescheduled refunded checked_in")
_SUFFERS = _any(r"""
    has had is_on was_on takes is_taking suffers_from is_here_for came_for is_in_for tiene toma padece_de
""")
_DAY_OF = _any("dos date_of_service admitted admit_date discharged deceased died expired")
_PRESENTS = _any("with w/ c/o presents presenting here_for hx s/p")
_WAITS = rf"(?:{_any('is was waiting sitting still')} ){{0,3}}"
_ROOM = _any("room rm exam bed bay")
_SPANS = _any(r"weeks? months? days? years? hours? hrs? min\w{0,5} clinics? offices? languages?")
_BOOKED = _any("appointment appt no[-_]?show follow-?up physical")

NUMBER_SIGNS = _compiled(
    {
        # Numbers that say what they are by their shape.
        "ssn": r"(?<![\d-])(?:\d{3}|[x*]{3})[-. ](?:\d{2}|[x*]{2})[-. ]\d{4}(?![\d-])",
        "medicare": r"\b[1-9][ac-hjkmnp-rt-y][ac-hjkmnp-rt-y0-9]\d-?[ac-hjkmnp-rt-y][ac-hjkmnp-rt-y0-9]\d-?"
        r"[ac-hjkmnp-rt-y]{2}\d\d\b",
        "phone": r"(?<![\d$.,/#-])(?:\+?1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])\d{3}[ .-]\d{4}(?![\d-])",
        "phone abroad": r"(?<!\d)\+\d{1,3}[ .-]?\d{1,4}[ .-]?\d{2,4}[ .-]?\d{3,6}(?!\d)",
        "phone bare": r"(?<![\d$.,/#-])(?<!npi )(?<!npi: )[2-9]\d{9}(?![\d-])",
        "phone short": rf"\b{_ON_PHONE}\b[ :]{{1,2}}"
        rf"(?:\w{{1,10}} ){{0,4}}\d{{3}}[ .-]\d{{4}}(?![\d-])(?! ?{_COUNTED})",
        # Numbers that say what they are by a word in front.
        "record number": rf"\b{_RECORD_NUMBER}\b{_IS}{_ID}",
        "labelled number": rf"\b{_LABEL}\b{_NUMBER_IS}{_ID}",
        "long number": rf"\b{_LONG_NUMBERED} (?P<id>[a-z]{{0,4}}\d{{6,15}})\b",
        "social": rf"\b(?:ssn?|social(?: security)?|seguro social)\b{_IS}(?:card )?{_ID}",
        "insurance id": rf"\b{_INSURED}(?: id| card)?\b{_NUMBER_IS}{_ID}",
        "payer id": rf"\b{_PAYER}\b[ :#]{{1,2}}(?:\w{{1,10}} ){{0,2}}(?:[a-z]{{1,4}}\d{{6,12}}|\d{{8,12}})\b",
        # Birth, age, days of care.
        "birth": rf"(?<!\bmy )(?<!i was )\b{_BORN}\b[ :=#-]{{0,3}}(?:(?:is|was|on|el|of) ){{0,2}}{_DATE}",
        "birth year": rf"\b{_any(_BIRTH_DATE)}\b.{{0,20}}\b(?:{_DATE}|(?:19|20)\d\d\b)",
        "age": rf"(?=\d){_NOT_ME}\b\d{{1,3}}[ -]{{0,2}}(?:yrs?|years?)[ -]{{0,2}}old[ ,-]{{1,2}}"
        rf"(?:(?:[a-z]{{3,12}} )?(?:male|female|[mf]|{_SOMEBODY}|{_PT})\b|with\b|w/|who\b)",
        "age in short": rf"(?=\d){_NOT_ME}\b\d{{1,3}} ?-?(?:yo\b|y/o\b|y\.o\.)",
        "infant": rf"(?=\d){_NOT_ME}\b\d{{1,2}}[ -]{{0,2}}(?:month|mo|week|wk|day)s?[ -]old[ ,]{{1,2}}"
        rf"(?:male|female|infant|{_SOMEBODY}|{_PT})\b",
        "infant with": rf"(?=\d){_NOT_ME}\b\d{{1,2}}[ -]{{0,2}}(?:month|mo|week|wk)[ -]old with\b",
        "age and sex": rf"\b\d{{1,3}} ?[mf] {_PRESENTS}",
        "day of service": rf"\b{_DAY_OF}\b(?: on)?[ :#]{{1,2}}(?:(?:on|is|was) ){{0,2}}{_DATE}",
        "seen on": rf"\bseen (?:on )?{_DATE} (?:for|with|by)\b",
        # One person among many.
        "bed": rf"\bbed ?#?\d{{1,3}}[ab]?\b(?! ?{_SPANS})",
        "slot": rf"{_CLOCK}[ -](?:new )?(?:{_PT}|{_BOOKED})\b(?! (?:slots?|reminder))",
        "slot on a day": rf"\bthe {_CLOCK} (?:on )?{_WEEKDAY}\b",
        "own appointment": rf"\b(?:his|her|their|{_PT}'s) (?:\w{{1,12}} ){{0,2}}{_RECORD}\b.{{0,15}}{_MOMENT}",
        "own appointment on": rf"\b(?:his|her|their|{_PT}'s) (?:\w{{1,12}} ){{0,2}}{_RECORD}\b.{{0,15}}\b{_DATE}",
        "lives at": r"\b(?:lives|resides|staying|home address is|vive) (?:at|on|en)\b.{0,15}\b\d{1,5} \w",
        "last four": r"\blast (?:4|four)\b.{0,30}\b(?:ssn|social|card)\b|\b(?:ssn|social)\b.{0,20}\blast (?:4|four)\b",
    }
)
"""Any one of these is enough; all hold a digit. A group `id` counts only if it can be somebody's number."""

PERSON_SIGNS = _compiled(
    {
        "patient number": rf"\b{_PT}s?\b(?: ?{_any('id # number no num :')}){{1,3}} ?\d{{3,12}}|\b{_PT} ?#\d",
        "patient bare number": rf"\b{_PT} (?!19\d\d\b|20\d\d\b)\d{{4,12}}\b",
        "patient age": rf"\b{_PT}\b.{{0,15}}\b(?:is|age|aged) \d{{1,3}}\b(?! ?(?:{_SPANS}|%|in line|of))",
        "turned": rf"{_PERSON}.{{0,12}} turn(?:s|ed|ing) \d{{1,3}}(?! ?(?:[a-z]{{1,10}}s\b|%|percent))",
        "roomed": rf"(?<!\bone )(?<!\b1 )(?<!every )(?<!each ){_PATIENT} {_WAITS}in (?:the )?(?:exam )?"
        rf"(?:{_ROOM}|er|op|suite)? ?#?\d{{1,3}}\b(?! ?(?:{_SPANS}|%))",
        "person in room": rf"{_PERSON} {_WAITS}(?:in|from) (?:the )?(?:exam )?{_ROOM} ?#?\d",
        "patient and time": rf"{_PATIENT}.{{0,40}}{_MOMENT}",
        "time and patient": rf"{_MOMENT}[, ].{{0,12}}{_PATIENT}",
        "address": rf"(?:{_PATIENT}|\b{_PT}'?s? (?:home )?address).{{0,30}}"
        rf"\b\d{{1,5}} (?:[a-z]{{2,20}} ){{1,2}}{_STREET}\b",
        "patient born": rf"\b{_PT}\b.{{0,20}}\bborn (?:in|on) ",
        "patient's e-mail": rf"(?:(?:{_PATIENT}|\b{_PT}'s ).{{0,60}}|\b{_PT} [\w.+-]{{1,60}})@[\w-]{{1,60}}\.\w",
        "e-mail of patient": rf"@[\w-]{{1,60}}\.\w{{1,20}}.{{0,40}}{_PATIENT}",
        "patient's name": rf"\b{_PT}'?s? (?:first |last |full )?name(?: is | was |: ?)\w",
    }
)
"""Any one of these is enough; all hold ANYBODY."""

ANYBODY = re.compile(rf"{_PERSON}|\b{_PT}s\b|{_TITLE}", re.IGNORECASE)
"""A word for a person: without one, the signs above need not be looked for."""

NAMED = _compiled(
    {
        "patient": rf"\b{_PT}s?\b[ ,:=-]{{1,3}}(?:{_CALLED} ){{0,2}}{_NAME}",
        "patient's kin": rf"\b{_PT}'s {_KIN}[ ,]{{1,2}}{_NAME}",
        "somebody called": rf"\b(?:{_SOMEBODY}|{_KIN}) (?:named|called) {_NAME}",
        "record of": rf"(?<!org )(?<!flow )\b{_RECORD} (?:for|of|belonging to) {_NAMES}(?![\w'-])",
        "test of": rf"\b(?:test|scan|screening|vaccine|shot) (?:of|for) {_NAMES}(?![\w'-])",
        "own record": rf"\b{_NAMES}'s? (?:\w{{1,12}} )?{_RECORD}\b",
        "handled": rf"\b{_HANDLED} {_TWO_NAMES}(?![\w'-])",
        "in bed": rf"\b{_NAMES} (?:is |was )?in (?:bed|bay|exam) ?#?\d",
        "seen": rf"\b{_TWO_NAMES} {_SEEN}\b",
        "is a patient": rf"\b{_NAMES},? (?:is|was) {_any('an? our my the another')} (?:\w{{1,12}} )?{_PATIENT}",
        "born": rf"\b{_TWO_NAMES}[ ,(]{{1,2}}(?:dob )?{NUMERIC_DATE}",
        "last, first": rf"\b[a-z]{{2,21}}, {_NAME}[ ,(]{{1,2}}(?:dob )?{NUMERIC_DATE}",
    }
)
"""Enough when the group `name` looks like a person's name."""

INITIALS = re.compile(r"\b(?:[Pp]atient|[Pp]t)[ ,:]{1,2}(?P<initials>[A-Z]\. ?[A-Z]\.?|[A-Z]{2}\b)(?![A-Za-z])")
"""Enough when the group `initials` is no common abbreviation."""

SUFFERS = re.compile(
    rf"\b(?:{_TITLE})?{_NAMES},? {_SUFFERS} (?:an? |her |his |the |new )?(?P<what>[a-z-]{{2,20}}(?: [a-z-]{{2,20}})?)",
    re.IGNORECASE,
)
"""Enough when `name` looks like a person's name, or stands after Mrs., and `what` is clinical."""

MARKS = _compiled(
    {
        "person": _PERSON,
        "titled": rf"{_TITLE}(?!{_NO_NAME}\b)[a-z]['a-z-]{{1,20}}",
        "colleague": rf"\b(?:{_COLLEAGUE}\b.{{0,12}}|report to ){_TITLE}|\b{_HELPED} (?:me|us|my)\b"
        rf"|{_TITLE}[a-z'-]{{2,20}},? (?:is |was )?(?:my|our|the) (?:\w{{1,12}} ){{0,2}}{_COLLEAGUE}\b",
        "record": rf"(?:{_OWN}|'s) (?:\w{{1,12}} ){{0,2}}(?:{_RECORD}|{_PAPER})\b|\b{_RECORD} (?:for|of) {_TITLE}",
        "seen": rf"\b(?:{_SEEN}|{_CAME})\b",
        "own": _OWN,
        "day": rf"(?:{_DATE}|\b{_WEEKDAY}\b|\b{_LATELY}\b)",
        "date": rf"\b{_DATE}",
        "clock": _CLOCK,
        "room": "".join(rf"(?<!{kind} )" for kind in ("conference", "meeting", "break", "training", "class", "board"))
        + r"\b(?:room|rm|bed|bay) ?#?\d{1,4}[a-d]?\b",
        # Somebody's own plan, and nothing beside it: "plan draft-resume Thursday 12:30, room 4".
        "plan": rf"^(?:{_PLAN}{_AHEAD}?|{_AHEAD})(?:at )?{_CLOCK}[, ]{{1,2}}(?:in )?"
        r"(?:room|rm) ?#?\d{1,4}[a-d]?\W{0,3}$",
        "work": rf"\b(?:{_MEETING}|report to|{_COLLEAGUE})\b",
    }
)
"""What a sentence may hold; `content.patient_data` says which of them together are enough."""
