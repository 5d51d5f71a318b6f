package registration

import "time"

// checkLocks is U4: no administrative lock on unit, parcel or certificate.
func checkLocks(_ Application, t Title, on time.Time) Findings {
	code := map[Scope]string{
		OnUnit: codeUnitLocked, OnParcel: codeParcelLocked, OnCertificate: codeCertificateLocked,
	}
	var found Findings
	for _, l := range t.Locks {
		if stands(l.ReleasedOn, on) {
			found = append(found, Finding{Check: CheckLock, Outcome: Block, Code: code[l.Scope], Field: "unit",
				Args: map[string]string{"authority": l.Authority, "document": l.Document}})
		}
	}
	return found.or(CheckLock, codeLockNone)
}

// checkSeizures is R2: nothing seized is transferred (Urban Real Estate Law art.
// 38(2)), be it the unit or the parcel it stands on.
func checkSeizures(_ Application, t Title, on time.Time) Findings {
	var found Findings
	for _, target := range []string{string(t.Unit.Code), t.Unit.Code.Parcel()} {
		if s, ok := effectiveSeizure(t.Seizures, target, on); ok {
			found = append(found, Finding{Check: CheckSeizure, Outcome: Block, Code: seizureCode(s), Field: "unit",
				Args: map[string]string{"court": s.Court, "document": s.Document, "until": dateText(s.ExpiresOn)}})
		}
	}
	return found.or(CheckSeizure, codeSeizureNone)
}

func seizureCode(s Seizure) string {
	switch {
	case s.Scope == OnParcel && s.Pre:
		return codeParcelPreSeized
	case s.Scope == OnParcel:
		return codeParcelSeized
	case s.Pre:
		return codeUnitPreSeized
	}
	return codeUnitSeized
}

// checkMortgages is R3: a plain sale needs a title free of mortgages. The law
// lets a mortgaged home be sold (Civil Code art. 406), by the procedure of a
// transfer subject to mortgage (带押过户), which is another kind of case.
func checkMortgages(_ Application, t Title, on time.Time) Findings {
	var found Findings
	for _, m := range t.Mortgages {
		if !stands(m.EndedOn, on) {
			continue
		}
		code := codeMortgageCurrent
		if m.TransferBan {
			code = codeMortgageTransferBan
		}
		found = append(found, Finding{Check: CheckMortgage, Outcome: Block, Code: code, Field: "unit",
			Args: map[string]string{"since": dateText(m.RegisteredOn)}})
	}
	return found.or(CheckMortgage, codeMortgageNone)
}

// objectionDays is the time to sue after an objection (Civil Code art. 220).
const objectionDays = 15

// checkObjections is R4: an objection in force does not forbid the sale, but the
// parties must state in writing that they know of it, so a registrar decides.
func checkObjections(_ Application, t Title, on time.Time) Findings {
	var found Findings
	for _, o := range t.Objections {
		until := t.Calendar.TermEnd(DayOf(o.RegisteredAt), objectionDays)
		switch {
		case !stands(o.ClosedOn, on):
		case !o.SuedOn.IsZero() && !o.SuedOn.After(until):
			found = append(found, Finding{Check: CheckObjection, Outcome: Human, Code: codeObjectionInSuit,
				Field: "unit", Args: map[string]string{"since": dateText(o.SuedOn)}})
		case !on.After(until):
			found = append(found, Finding{Check: CheckObjection, Outcome: Human, Code: codeObjectionInForce,
				Field: "unit", Args: map[string]string{"until": dateText(until)}})
		}
	}
	return found.or(CheckObjection, codeObjectionNone)
}

// preNoticeDays is how long a pre-notice lasts once the right itself could be
// registered (Civil Code art. 221).
const preNoticeDays = 90

// checkPreNotices is R5: without the consent of its holder a disposal has no
// effect. The buyer's own pre-notice is fulfilled by the entry.
func checkPreNotices(a Application, t Title, on time.Time) Findings {
	var found Findings
	for _, p := range t.PreNotices {
		switch {
		case !p.inForce(on):
		case p.ownedBy(a.Buyers):
			found = append(found, Finding{Check: CheckPreNotice, Outcome: Pass, Code: codePrenoticeOfBuyer, Field: "buyers"})
		default:
			found = append(found, Finding{Check: CheckPreNotice, Outcome: Block, Code: codePrenoticeThirdParty,
				Field: "unit", Args: map[string]string{"since": dateText(p.RegisteredOn)}})
		}
	}
	return found.or(CheckPreNotice, codePrenoticeNone)
}

// inForce reports whether the pre-notice protects its holder on a day.
func (p PreNotice) inForce(on time.Time) bool {
	lapses := p.RegistrableOn.AddDate(0, 0, preNoticeDays)
	return stands(p.ClosedOn, on) && (p.RegistrableOn.IsZero() || !on.After(lapses))
}

// ownedBy reports whether one of the buyers holds a pre-notice of purchase.
func (p PreNotice) ownedBy(buyers []Party) bool {
	if p.Mortgage {
		return false
	}
	for _, b := range buyers {
		if samePerson(b, p.Holder) {
			return true
		}
	}
	return false
}

// stands reports whether what ended on a day (zero: never) still stands.
func stands(ended, on time.Time) bool { return ended.IsZero() || ended.After(on) }
