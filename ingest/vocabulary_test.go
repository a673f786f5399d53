package ingest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/ingest/source"
	"github.com/fillrate/fillrate/ingest/source/catalog"
)

func illiad(t *testing.T) *source.Profile {
	t.Helper()
	profile, err := catalog.Find("illiad")
	if err != nil {
		t.Fatal(err)
	}
	return profile
}

// TestStatuses: the words of profiles are those that the history's tables give a meaning.
func TestStatuses(t *testing.T) {
	data := openData(t)
	run(t, data, ingest.Options{Library: "MAIN", Zone: "UTC"}, write(t, t.TempDir(), "good.csv", good(1, 1)))
	statuses := slices.Sorted(slices.Values(source.Statuses))
	known := strings.Split(strings.TrimSpace(strings.ReplaceAll(dump(t, data, "select distinct status from status_meaning order by 1"), "status=", "")), "\n")
	if diff := cmp.Diff(known, statuses); diff != "" {
		t.Errorf("-tables +profiles\n%s", diff)
	}
	for line := range strings.Lines(dump(t, data, "select reason from reason_meaning")) {
		if reason := strings.TrimPrefix(strings.TrimSpace(line), "reason="); !slices.Contains(source.Reasons, reason) {
			t.Errorf("no profile can say the reason %s", reason)
		}
	}
}

// TestILLiadStatuses: the whole vocabulary of the research, in the spellings that were seen.
func TestILLiadStatuses(t *testing.T) {
	for want, words := range map[string]string{
		"new": "Submitted by Customer; Request Added Through Client; Request Added through Web Platform; Submitted via Lending Web; Imported from OCLC; " +
			"Imported from DOCLINE; Awaiting ISO ILL Request Processing; Awaiting Local Request Processing; Awaiting Lending Request Processing",
		"in_process": "Awaiting Account Validation; Duplicate Request Review; Awaiting Copyright Clearance; Awaiting Request Processing; Request in Processing; " +
			"In Depth Searching; Awaiting RAPID Request Sending; Awaiting Reshare Search; Request Available Locally; Awaiting Unfilled Processing; " +
			"Awaiting Odyssey Processing; In Electronic Delivery Processing; Awaiting Customer Contact",
		"sent":             "Request Sent; Request Sent via Email",
		"conditional":      "Awaiting Conditional Processing; Awaiting Conditional Request Processing; Request Conditionalized",
		"received":         "Awaiting Post Receipt Processing; In Transit to Pickup Location",
		"delivered":        "Delivered to Web; Delivered To Web",
		"notified":         "Customer Notified via E-Mail; Customer Notified via E-mail; Customer Notified via Email; Customer Notified by phone; Customer Not Notified",
		"checked_out":      "Checked Out to Customer",
		"renewed":          "Renewed by Customer; Renewed by Customer to 8/19/2024; Awaiting Renewal OK Processing",
		"recalled":         "Awaiting Recalled Processing",
		"overdue":          "Extremely Overdue and Blocked",
		"claims_returned":  "Claims Returned",
		"return_pending":   "Awaiting Return Label Processing",
		"returned":         "Item Returned",
		"checked_in":       "Item Checked In",
		"finished":         "Request Finished; request  finished",
		"cancelled_staff":  "Cancelled by ILL Staff",
		"cancelled_patron": "Cancelled by Customer; Cancelled via Lending Web",
		"found":            "Item Found",
		"shipped":          "Item Shipped",
		"":                 "STAFF Jim Processing; Jim MW Processing; Finished",
	} {
		for _, word := range strings.Split(words, "; ") {
			if got, _ := illiad(t).Status.Meaning(word); got != want {
				t.Errorf("%s is %q, want %q", word, got, want)
			}
		}
	}
}

// TestILLiadReasons: ILLiad's codes, OCLC's words, ISO's and DOCLINE's, and the texts of the real exports.
func TestILLiadReasons(t *testing.T) {
	for want, words := range map[string]string{
		"in_use":                     "1; InUseOnLoan; in-use-on-loan; USE; in use or on loan; In Use/On Loan",
		"in_process":                 "2; in-process; PRO",
		"lost":                       "3; lost; LOS; LOS-lost",
		"non_circulating":            "4; NonCirculating; non-circulating; NCR; NCR-non-circulating; non circulating",
		"not_owned":                  "5; NotOwned; not-owned; NOT; NOT-not owned; not owned; locations-not-found; 18",
		"on_order":                   "6; OnOrder; on-order; ORD",
		"volume_not_yet_available":   "7; VolumeIssueNotYetAvailable; volume-issue-not-yet-available; NYR; NYR-not yet received; volume issue not yet available",
		"at_bindery":                 "8; AtBindery; at-bindery; BDY; BDY-at bindery",
		"lacking":                    "9; LackingVolumeIssue; lacking; LAC; LAC-lacking (issue/volume); Lack volume/issue",
		"not_on_shelf":               "10; NotOnShelfMissing; not-on-shelf; NOS; NOS-not on shelf",
		"on_reserve":                 "11; OnReserve; on-reserve",
		"poor_condition":             "12; PoorCondition; poor-condition; POR; POR-poor condition",
		"cost_exceeds_limit":         "13; 14; CostExceedsLimit; cost-exceeds-limit; charges; CST",
		"prepayment_required":        "15; PrepaymentRequired; prepayment-required",
		"lacks_copyright_compliance": "16; lacks-copyright-compliance; COP",
		"not_found_as_cited":         "17; not-found-as-cited; INC; INC*-not found as cited; Not as cited; not found as cited; Unable to verify your request as cited.",
		"on_hold":                    "19; on-hold",
		"policy_problem":             "20; BranchPolicyProblem; policy-problem; policy problem",
		"not_licensed":               "21; LIC; LIC-license restriction; license restriction",
		"expired":                    "expired",
		"service_not_supported":      "22; expiry-not-supported; mandatory-messaging-not-supported; 23; requested-delivery-services-not-supported",
		"time_not_possible":          "24; preferred-delivery-time-not-possible",
		"off_site":                   "30; Offsite",
		"other":                      "27; 28; other; Other; OTH; OTH-other; responder-specific; Non English Language Item",
		"duplicate":                  "This is a duplicate request.",
		"patron_request":             "Cancelled by Customer",
		"created_in_error":           "Cancelled during creation",
		"exhausted":                  "We have exhausted all possible sources.; This item is not available to borrow from any library.",
		"free_online":                "This dissertation/thesis is available online; Freely available online",
		"held_locally":               "Available locally",
		"":                           "Ask the dean; 99; Not-wanted any more; Use-in-library; 2-week loan",
	} {
		for _, word := range strings.Split(words, "; ") {
			if got, _ := illiad(t).Reason(word); got != want {
				t.Errorf("%s is %q, want %q", word, got, want)
			}
		}
	}
}

// TestProfiles: every source of the catalog has a doc, and reads no heading that names people.
func TestProfiles(t *testing.T) {
	for _, profile := range catalog.All() {
		if len(profile.Doc) < 400 {
			t.Errorf("%s: its doc.md tells little", profile.Name)
		}
		if len(profile.Tables) == 0 {
			t.Errorf("%s knows no table", profile.Name)
		}
	}
	if len(illiad(t).Dropped) < 20 {
		t.Errorf("the list of what is never read has shrunk: %v", illiad(t).Dropped)
	}
}
