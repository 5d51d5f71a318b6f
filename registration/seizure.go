package registration

import "time"

// Seizure is a seizure registration (查封登记) at the request of a court.
type Seizure struct {
	ID       int64
	Scope    Scope  // OnUnit or OnParcel
	Target   string // unit or parcel code
	Pre      bool   // 预查封: on a unit whose right is not registered yet
	Court    string
	Document string
	ServedAt time.Time // the order of service ranks the waiting seizures (轮候查封)
	FromOn   time.Time
	// ExpiresOn is the last day of the term. It is zero for a waiting seizure,
	// whose term begins when it takes effect and lasts three years at most.
	ExpiresOn time.Time
	LiftedOn  time.Time // zero while not lifted
	Renews    int64     // the seizure whose term this one extends (续封), or zero
}
