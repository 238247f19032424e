"""The vocabulary of `content.patient_data`: common given names, words that stand where a name could (NOT_NAMES),
clinical words, and words with a capital that a masked question keeps (KEPT).

The names are frequent ones in the United States, kept out where they are everyday words too (will, may, grace, mark).
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GIVEN_NAMES = _words("""
    aaron abigail adam adrian aisha alan albert alejandra alejandro alex alexander alexis alfred alice alicia alison
    allison alma alyssa amanda amber amelia amy ana andrea andrew angel angela angelica anita ann anna anne anthony
    antonio ariana arthur ashley audrey austin barbara beatriz benjamin bernard bernice beth betty beverly bobby
    bonnie brandon brenda brian brianna bruce bryan caleb calvin camila carla carlos carmen carol caroline carolyn
    carrie catherine cecilia charles charlotte cheryl chloe chris christian christina christine christopher cindy
    claire clara clarence claudia connie courtney craig cristina crystal curtis cynthia dale daniel daniela danielle
    darlene david deborah debra delores denise dennis derek diana diane diego dolores donald donna doris dorothy
    douglas dylan earl eddie edgar edith edna eduardo edward edwin eileen elaine eleanor elena eli elijah elizabeth
    ella ellen emily emma enrique eric erica erin ernest esther ethan ethel eugene eva evelyn fatima felicia fernando
    florence floyd frances francis francisco fred gabriel gabriela gail gary george gerald geraldine gladys glen glenn
    gloria gordon gregory guadalupe gwendolyn hannah harold harry hazel heather hector helen henry herbert herman
    howard hugo ian irene isaac isabel isabella ivan jackie jackson jacob jacqueline jaime jake jamal james jamie jane
    janet janice jared jasmine jason javier jean jeanette jeff jeffrey jennifer jenny jeremy jerome jerry jesse
    jessica jesus jill jim jimmy joan joann joanne joe joel john johnny jon jonathan jordan jorge jose joseph
    josephine joshua josue joyce juan juana juanita judith judy julia julian julie justin karen karla katherine
    kathleen kathryn kathy katie keith kelly kenneth kevin kim kimberly kristen kyle larry latoya laura lauren laurie
    lawrence leah lena leo leon leonard leroy leslie leticia lillian linda lisa lois lori lorraine louis louise lucas
    lucia lucille lucy luis lupe luz lydia lynn mabel madison manuel marcia marcus margaret margarita maria mariana
    marie marilyn mario marisol marjorie marlene marsha martha martin marvin mary mason matthew maureen maxine megan
    melanie melissa melvin mercedes mia michael michele michelle miguel mildred milton mohamed mohammed monica monique
    muhammad myrtle nancy naomi natalie natasha nathan nathaniel nicholas nicole nina noah noemi nora norma norman
    olga oliver olivia omar oscar pablo pamela patricia patrick paul paula pauline pedro peggy peter philip phillip
    phyllis priya rachel rafael ralph ramon randy raquel raul raymond rebecca regina renee ricardo richard rita robert
    roberta roberto robin rodney roger roland ronald ronnie rosa rosemary roxanne roy ruben russell ruth ryan sabrina
    sally samantha samuel sandra sara sarah scott sean sergio seth shannon sharon sheila shelley sherry shirley silvia
    sofia sonia sophia stacy stanley stella stephanie stephen steve steven stuart susan suzanne sylvia tamara tammy
    tanya tara teresa terrence terry thelma theodore theresa thomas tiffany tim timothy tina todd tom tommy tony tonya
    tracy travis tyler valerie vanessa vera vernon veronica victor victoria vincent viola virginia vivian walter wanda
    warren wayne wendy wesley william willie wilma xavier yesenia yolanda yvette yvonne zachary zoe
""")

NOT_NAMES = _words("""
    cardiology dermatology gastroenterology neurology oncology orthopedics pediatrics podiatry radiology urology women's
    a aapc about access account accounting accounts activity acuity adherence adjustment admin administration
    admission adviser advocacy advocate advocates aetna after again agreement aid all also always am ambassador an and
    anger angry anthem any anybody anyone app appointment appointments april are around arrival as ask asked asks
    assistance assistant associate at athena august back background balance balances based be because been before
    behavior being benefits bill billing blue board bot both bring business but buy by call called calls came can
    cancels care case cases census center centered centric cerner chart charts check checkin checkout christmas cigna
    circle class clerk clinic cmm collection collections come comes comfort committee communication communications
    complaint complaints complied concern concerns connect consent contact contacts copay could counselor count
    coverage cppm culture cycle dashboard data december deductible demand demographics desk did didn't dignity
    disputes do does doesn't dr due during each eclinicalworks education educator ehr emr engagement enrollment epic
    escalation evening every everybody everyone excel experience face facing family february feedback files final
    finance financial first flow focus focused follow food for form forms friday friendly from front gave gets goes
    google got gratitude group growth guide had handout has have he health healthcare help her here hipaa his history
    home hospital hours how humana i i'd i'll i'm i've id if in inflow info information initiative input inquiries
    insight insights insurance intake interaction interactions interview is it it's january journey july june just
    kaiser kept kindness kiosk knows labcorp lead leader leaves left let letter liaison like list load lobby log
    loyalty made mail make management manager march may me medicaid medical medicare meet meeting message messages
    messaging met mgma microsoft miss mix monday monitor month more most movement mr mrs ms must my name navigation
    navigator needed needs never next nextgen no nobody not notes nothing notice notices november number numbers
    october of office on onboarding one online only operations or orientation our outcome outcomes outlook outreach
    over pahcom pain panel paperwork participation payment payments pearson phone phones phreesia physician physicians
    pickup placement plan policy population portal portals practice preference press privacy process program
    protection provider providers quality quest question questions queue ratio recall reception record records
    recruitment referral referrals registrar registration relation relations relationship relationships reminder
    reminders rep representative representatives request requests responsibility retention returned returns review
    reviews right rights room rounding safety said sat satisfaction saturday saw says schedule scheduler schedulers
    scheduling score scores seat seen self sent september service services sessions setting shadowing she should
    showed side sign since sitter slack so social some somebody someone specialist spoke stated statement statements
    status still stories story sunday supplies support survey surveys system team teams technician tells texts thanked
    thanks that that's the their them then there these they this those throughput thursday time tips to today told
    tomorrow took total touchpoint tower tracker tracking traffic training transfer transport transportation
    transporter treatment trends triage tricare trust tuesday turnaround under united up update updates used valet via
    visit visits volume volumes wait waited waiting walked walks wanted wants was wasn't wednesday week welcome well
    went were what what's when where which while who who's whose why will wish with without wouldn't yelled yesterday
    yet you your zone zoom
""")

CLINICAL = _words("""
    a1c abortion addiction adhd aids albuterol allergy alzheimer's amoxicillin anemia antibiotic antibiotics anxiety
    arthritis asthma atorvastatin autism biopsy bipolar cancer cataract catheter chemo chemotherapy cholesterol
    cirugia colonoscopy concussion copd covid dementia depression diabetes diabetic diabetico diagnosed diagnosis
    dialysis echo eczema ekg embarazada epilepsy fracture gabapentin glaucoma glucose gout hepatitis hernia herpes hiv
    hydrocodone hypertension ibuprofen infection insulin labs lipitor lisinopril lupus mammogram mastectomy melanoma
    metformin methadone migraine migraines miscarriage morphine mri mrsa narcotics obesity omeprazole opioid opioids
    oxycodone ozempic pacemaker pap pneumonia prednisone pregnancy pregnant prostate psoriasis psychosis radiation
    rash rsv schizophrenia sciatica scoliosis seizure seizures sepsis sertraline shingles std strep stroke suboxone
    suicidal suicide surgery thyroid tramadol transplant tuberculosis tumor ulcer ultrasound uti vasectomy warfarin
    x-ray xanax xray zoloft
""")

KEPT = _words("""
    accredited administrative administrator am american are assistant associate association authority bachelor's board
    board-certified bureau business can care certified college community compliance coordinator could credential
    degree did diploma director do does education electronic english executive experience facebook family federal
    financial front-desk general group had handbook has have health healthcare hello hi indeed information instagram
    institute is labor lead leader linkedin management manager master's medicaid medical medicare might national
    occupational office officer orthopedics outlook pediatrics physician physicians please practice preceptor
    professional professionals program records registered representative school should society spanish specialist
    state states statistics supervisor technician thank thanks united university us usa will would
""")

NO_INITIALS = _words("am ar bp ce ed er hr id in is it ma np ok on or pa pm pr pt qa rn to ux")
