package access

import "slices"

// Role is what a person does at the office. The zero Role may do nothing.
type Role string

// The roles.
const (
	Clerk         Role = "clerk"          // 窗口受理人员
	Reviewer      Role = "reviewer"       // 登记初审人员: looks and returns, never approves
	Registrar     Role = "registrar"      // 登记审核人员: whoever approves authorises the entry
	TaxOfficer    Role = "tax_officer"    // 税务人员
	Supervisor    Role = "supervisor"     // 督导人员: sees all of the office, changes no case
	Company       Role = "company"        // 水电气公司
	Citizen       Role = "citizen"        // 申请人
	SystemAdmin   Role = "system_admin"   // 系统管理员: operation, and no case
	SecurityAdmin Role = "security_admin" // 安全管理员: accounts, keys and roles, and no case
	AuditAdmin    Role = "audit_admin"    // 审计管理员: reads everything, changes nothing
)

// Roles returns every role, staff first, in the order of the matrix.
func Roles() []Role {
	return []Role{Clerk, Reviewer, Registrar, TaxOfficer, Supervisor, Company, Citizen,
		SystemAdmin, SecurityAdmin, AuditAdmin}
}

// Staff says whether people of the role work at an office or above the offices,
// so that they sign in with password and code.
func (r Role) Staff() bool { return may[r] != nil && r != Company && r != Citizen }

// AboveOffices says whether the role belongs to no office: the three
// administrators, who see no case or every case, and those from outside, whose
// objects are bound to them otherwise. Everyone else needs an office and sees
// the cases of that one only.
func (r Role) AboveOffices() bool {
	return slices.Contains([]Role{Company, Citizen, SystemAdmin, SecurityAdmin, AuditAdmin}, r)
}

// Action is something that the doors ask permission for.
type Action string

// The actions.
const (
	See         Action = "see"          // cases, lists and event streams, people masked
	Preflight   Action = "preflight"    // ask for the defects of an application
	Accept      Action = "accept"       // open a case, and record its supplements
	Return      Action = "return"       // send a review back for supplements
	Review      Action = "review"       // approve or refuse
	ConfirmTax  Action = "confirm_tax"  // take proposed figures as one's own
	Refund      Action = "refund"       // give back what was paid
	GiveUp      Action = "give_up"      // end a utility's step that nobody can end otherwise
	Retry       Action = "retry"        // run again a step that a person holds
	HandOver    Action = "hand_over"    // give the printed certificate to a party
	SeeDocument Action = "see_document" // the certificate itself, unmasked
	AddMaterial Action = "add_material" // a scan or a photograph for a case
	SeeMaterial Action = "see_material" // the materials of a case, whole
	Reveal      Action = "reveal"       // names, ids and telephones whole, each time logged
	SeeOwn      Action = "see_own"      // the own case, as a party
	TakeOwn     Action = "take_own"     // the certificate of the own case, as a buyer
	FileOwn     Action = "file_own"     // declare and dispute the taxes of the own case
	Book        Action = "book"         // an appointment at the window, as a party
	SeeLetters  Action = "see_letters"  // dead letters, without their cases
	Operate     Action = "operate"      // settle dead letters, the console of the queue, configuration
	ManageStaff Action = "manage_staff" // accounts, roles, offices, keys
	SeeAudit    Action = "see_audit"    // who did and saw what; a citizen only of the own case
	SearchAudit Action = "search_audit" // who did and saw what of everything

	SeeAppointments Action = "see_appointments" // who comes to the window, and when

	SeeRequests   Action = "see_requests"   // what the own company is asked
	AnswerRequest Action = "answer_request" // answer that, in the company's place
)

// may is the whole policy at the level of functions. That nobody approves what
// they accepted is not in it: it depends on the case, and the case's own table
// keeps it.
var may = map[Role][]Action{
	Clerk: {See, Preflight, Accept, GiveUp, HandOver, SeeDocument, AddMaterial, SeeMaterial, Reveal,
		SeeAppointments},
	Reviewer:      {See, Preflight, Return, SeeMaterial, Reveal},
	Registrar:     {See, Preflight, Return, Review, Retry, SeeDocument, SeeMaterial, Reveal},
	TaxOfficer:    {See, ConfirmTax, Refund, Retry, SeeMaterial, Reveal},
	Supervisor:    {See, HandOver, SeeDocument, SeeMaterial, Reveal, SeeAppointments},
	Company:       {SeeRequests, AnswerRequest},
	Citizen:       {SeeOwn, TakeOwn, FileOwn, Book, SeeAudit},
	SystemAdmin:   {SeeLetters, Operate},
	SecurityAdmin: {ManageStaff},
	AuditAdmin:    {See, SeeDocument, SeeMaterial, Reveal, SeeLetters, SeeAudit, SearchAudit},
}

// May reports whether a role may do something. What is not allowed in the table
// is forbidden.
func May(r Role, a Action) bool { return slices.Contains(may[r], a) }

// Object is what an action is done to, as far as permission depends on it. The
// zero Object is no object: a list or a form, which the handler itself limits to
// the person's office.
type Object struct {
	Office    string   // county code of the unit
	Case      string   // acceptance number
	Companies []string // the utilities that the case asks
}

// Permit is the one place where the doors ask: it returns ErrForbidden if the
// person's role may not do a at all, ErrForeign if not to o. Nothing is
// remembered between two questions, so a change of rights takes effect at once.
func Permit(p Person, a Action, o Object) error {
	switch {
	case !p.May(a):
		return ErrForbidden
	case !p.owns(o):
		return ErrForeign
	case a == TakeOwn && !p.buys():
		return ErrForbidden
	}
	return nil
}

// owns says whether the object is within the person's reach.
func (p Person) owns(o Object) bool {
	switch {
	case o.Office == "" && o.Case == "" && o.Companies == nil:
		return true
	case p.Role == Citizen:
		return p.Case != "" && p.Case == o.Case
	case p.Role == Company:
		return p.Company != "" && slices.Contains(o.Companies, p.Company)
	case p.Role.AboveOffices():
		return true
	}
	return p.Office != "" && p.Office == o.Office
}
