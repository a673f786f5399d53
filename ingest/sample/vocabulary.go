package sample

// status is a queue name of ILLiad; two of them carry more than a fixed text (see appendStatus).
type status uint8

const (
	noStatus status = iota
	submitted
	addedThroughClient
	importedOCLC
	importedDOCLINE
	submittedLending
	awaitingLending
	awaitingLocal
	awaitingCopyright
	awaitingProcessing
	duplicateReview
	awaitingRapid
	sent
	awaitingConditional
	awaitingUnfilled
	awaitingReceipt
	inDelivery
	delivered
	notifiedDash
	notifiedPlain
	notNotified
	checkedOut
	awaitingRenewal
	renewed // followed by the new due date
	blocked
	claimed
	awaitingReturnLabel
	itemReturned
	itemCheckedIn
	finished
	cancelledStaff
	cancelledCustomer
	itemFound
	itemShipped
	conditionalized
	unknownDesk
	unknownInitials
	unknownShelf
	nStatuses
)

var statusText = [nStatuses]string{
	submitted: "Submitted by Customer", addedThroughClient: "Request Added Through Client", importedOCLC: "Imported from OCLC",
	importedDOCLINE: "Imported from DOCLINE", submittedLending: "Submitted via Lending Web", awaitingLending: "Awaiting Lending Request Processing",
	awaitingLocal: "Awaiting Local Request Processing", awaitingCopyright: "Awaiting Copyright Clearance", awaitingProcessing: "Awaiting Request Processing",
	duplicateReview: "Duplicate Request Review", awaitingRapid: "Awaiting RAPID Request Sending", sent: "Request Sent",
	awaitingConditional: "Awaiting Conditional Request Processing", awaitingUnfilled: "Awaiting Unfilled Processing",
	awaitingReceipt: "Awaiting Post Receipt Processing", inDelivery: "In Electronic Delivery Processing", delivered: "Delivered to Web",
	notifiedDash: "Customer Notified via E-Mail", notifiedPlain: "Customer Notified via Email", notNotified: "Customer Not Notified",
	checkedOut: "Checked Out to Customer", awaitingRenewal: "Awaiting Renewal OK Processing", renewed: "Renewed by Customer to ",
	blocked: "Extremely Overdue and Blocked", claimed: "Claims Returned", awaitingReturnLabel: "Awaiting Return Label Processing",
	itemReturned: "Item Returned", itemCheckedIn: "Item Checked In", finished: "Request Finished", cancelledStaff: "Cancelled by ILL Staff",
	cancelledCustomer: "Cancelled by Customer", itemFound: "Item Found", itemShipped: "Item Shipped", conditionalized: "Request Conditionalized",
	unknownDesk: "STAFF Jim Processing", unknownInitials: "Jim MW Processing", unknownShelf: "Problem Shelf (ask Jim)",
}

// Reasons as the library's staff and its partners write them. Borrowing and document delivery use the site's own texts, lending the
// codes of OCLC and the texts of DOCLINE.
const (
	reasonDuplicate = "This is a duplicate request."
	reasonCreation  = "Cancelled during creation"
	reasonHeld      = "Available locally"
	reasonOnline    = "Freely available online"
	reasonThesis    = "This dissertation/thesis is available online"
	reasonCustomer  = "Cancelled by Customer"
)

var cancelledReasons = []string{reasonDuplicate, reasonCreation, reasonHeld, reasonOnline, reasonThesis, reasonCustomer}

type weighted struct {
	text   string
	weight int64
}

func cumulate(choices []weighted) []int64 {
	sums := make([]int64, len(choices))
	var sum int64
	for i, c := range choices {
		sum += c.weight
		sums[i] = sum
	}
	return sums
}

var (
	withdrawnReasons = []weighted{{reasonDuplicate, 30}, {reasonHeld, 42}, {reasonOnline, 16}, {reasonThesis, 4}, {reasonCreation, 8}}
	borrowingReasons = []weighted{{"We have exhausted all possible sources.", 55}, {"This item is not available to borrow from any library.", 25},
		{"Non English Language Item", 6}, {"Not found as cited", 8}, {"Other", 6}}
	lendingLoanReasons = []weighted{{"1", 380}, {"10", 170}, {"4", 140}, {"3", 60}, {"5", 90}, {"20", 50}, {"11", 30}, {"12", 20}, {"19", 30}, {"6", 15}, {"8", 5}, {"2", 30}}
	lendingCopyReasons = []weighted{{"9", 330}, {"lacking", 90}, {"7", 170}, {"5", 110}, {"21", 60}, {"17", 70}, {"10", 60}, {"8", 10}, {"other", 30}, {"Other", 10}}
	doclineReasons     = []weighted{{"LAC-lacking (issue/volume)", 480}, {"NYR-not yet received", 190}, {"NOS-not on shelf", 130}, {"INC*-not found as cited", 110}, {"OTH-other", 60}, {"LIC", 30}}
	docdelReasons      = []weighted{{"Not on shelf", 50}, {"Lack volume/issue", 35}, {"Not found as cited", 15}}

	withdrawnSums, borrowingSums, lendingLoanSums = cumulate(withdrawnReasons), cumulate(borrowingReasons), cumulate(lendingLoanReasons)
	lendingCopySums, doclineSums, docdelSums      = cumulate(lendingCopyReasons), cumulate(doclineReasons), cumulate(docdelReasons)
)

var pseudoLenders = [...]string{"OA", "GETIT", "WEB"}

// Words of titles. None needs quoting in a CSV file; the untidy ones are added on purpose elsewhere.
var (
	surnames = []string{"Abara", "Bäcker", "Carvalho", "Dubois", "Eklund", "Fernández", "Grant", "Haddad", "Ivanova", "Jónsdóttir", "Kim", "Lindqvist",
		"Müller", "Nakamura", "Okafor", "Petrov", "Quispe", "Rossi", "Søndergaard", "Tanaka", "Ueda", "Vásquez", "Weiss", "Xu", "Yılmaz", "Zieliński",
		"Almeida", "Brandt", "Castro", "Diallo", "Ellis", "Farouk", "Greene", "Hoang", "Iyer", "Jansen", "Kovač", "Laurent", "Mbeki", "Novak"}
	firstNames = []string{"Ana", "Björn", "Chidi", "Dana", "Elif", "Farid", "Grace", "Hana", "Igor", "Joana", "Kofi", "Léa", "Mina", "Noor", "Olga", "Paulo",
		"Rosa", "Sven", "Tomás", "Uma", "Vera", "Wei", "Yara", "Zoë"}
	qualities = []string{"Early", "Comparative", "Hidden", "Rural", "Urban", "Critical", "Modern", "Applied", "Collected", "Changing", "Common", "Northern",
		"Southern", "Practical", "Political", "Everyday", "Quiet", "Measured", "Public", "Shared", "Contested", "Second", "Lost", "Natural"}
	forms = []string{"A History", "An Introduction", "New Essays", "Selected Papers", "A Reader", "Methods and Cases", "A Handbook", "Letters and Papers",
		"Evidence and Practice", "Theory and Method", "A Companion", "Perspectives", "An Atlas", "Proceedings", "Lectures", "A Sourcebook"}
	places = []string{"Leeds", "Johannesburg", "Tokyo", "Beijing", "São Paulo", "Montréal", "Oaxaca", "Lagos", "Zürich", "Malmö", "Kraków", "Lima", "Ohio",
		"Maine", "Nebraska", "the Andes", "the Baltic", "the Great Lakes", "East Africa", "the Pacific", "Northern Italy", "Bengal", "the Balkans", "Wales"}
	methods = []string{"a randomized trial", "a cohort study", "a systematic review", "evidence from archives", "a case study", "a survey", "a field experiment",
		"a replication", "a meta-analysis", "an oral history", "a simulation", "a longitudinal analysis", "a pilot study", "a critical reading"}
	verbs = []string{"Measuring", "Rethinking", "Modelling", "Reading", "Predicting", "Explaining", "Mapping", "Tracing", "Testing", "Comparing", "Revisiting",
		"Estimating", "Observing", "Teaching", "Preserving", "Locating"}
	publishers = []string{"Invented University Press", "Sample & Sons", "Nowhere Academic", "Fictional House", "Placeholder Verlag", "Éditions Exemple",
		"Specimen Press", "Lorem Books"}
	untidyTitles = []string{"\"The \"\"Quoted\"\" City, and other\nessays\"", "\"Proceedings, 3rd ed.\nVolume 2\"", "\"Über die \"\"Grenzen\"\", Band 1\"",
		"\"Straße, Fluß & Café: \nOeuvres choisies\"", "\" Leading space, and a trailing one \""}
)

// subjects are the words a department's titles are made of, in the order of departments.
var subjects = [][]string{
	{"Trade", "Memory", "Empire", "Migration", "Labor", "Revolution", "Kingship", "Frontiers"},
	{"the Novel", "Verse", "Translation", "Satire", "Rhetoric", "the Sonnet", "Narrative", "Print Culture"},
	{"Attention", "Working Memory", "Anxiety", "Motivation", "Sleep", "Perception", "Attachment", "Learning"},
	{"Pollination", "Gene Expression", "Wetlands", "Immunity", "Cell Division", "Migration of Birds", "Soil Fungi", "Evolution"},
	{"Literacy", "Assessment", "Classrooms", "Teacher Training", "Numeracy", "Inclusion", "School Leadership", "Curriculum"},
	{"Patient Safety", "Wound Care", "Triage", "Pain Management", "Home Care", "Nurse Staffing", "Dementia Care", "Infection Control"},
	{"Bridges", "Composite Materials", "Heat Transfer", "Control Systems", "Concrete", "Turbulence", "Batteries", "Wireless Networks"},
	{"Households", "Inequality", "Social Networks", "Housing", "Policing", "Religion and Work", "Care Work", "Mobility"},
	{"Catalysis", "Polymers", "Crystal Growth", "Spectroscopy", "Solvents", "Organic Synthesis", "Electrolytes", "Peptides"},
	{"Counterpoint", "Opera", "the String Quartet", "Folk Song", "Notation", "Jazz Harmony", "Sacred Music", "Performance Practice"},
	{"Virtue", "Free Will", "Skepticism", "Logic", "Aesthetics", "Personal Identity", "Justice", "Causation"},
	{"Supply Chains", "Auditing", "Family Firms", "Pricing", "Consumer Trust", "Microfinance", "Leadership", "Exchange Rates"},
}

var journalForms = []string{"Journal of %", "Annals of %", "% Quarterly", "Studies in %", "International Review of %", "% Letters", "Advances in %", "The % Review"}
