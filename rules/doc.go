// Package rules holds what resets are judged by, as data with its loader:
// checks, policies, frameworks, and the order in which systems speak.
//
// # A check
//
// checks/<id>.yaml is one check; present is always bad, so its id names the
// defect. Its keys:
//
//	id             lower-case words joined by dashes, the file's name
//	title          the defect in a few words
//	question       what the check asks, in a sentence an auditor can answer
//	about          the group it belongs to (request, reason, verification, approval, attribution, execution,
//	               delivery, emergency, closure, dependents, takeover, evidence); a policy says which groups
//	               are judged for which class of reset
//	scope          case: judged once per case; ticket, operator, waiver, source, set: once per run, for each element of each
//	asks           step: something required must be found; absence: something must not have happened
//	severity       {ordinary, raised}; raised holds for the policy's raised_tiers and raised_data
//	severity_when  [{when, severity}]: the first whose CEL condition holds gives the ordinary severity
//	chain          true if the check decides whether the chain of custody is proven
//	comparative    true for a chain check that compares a link with what is usual: not assessable, it leaves
//	               the link proven
//	supersedes     checks whose findings it takes the place of on the same case
//	needs          the kinds of events the verdict hangs on: sources must cover all of them before something is
//	               called missing
//	each, each_key a CEL list, one finding per element, and the text that tells its elements apart
//	applies        CEL condition; where it does not hold the check is not applicable
//	given          CEL condition: what must have been found for the question to arise; without it the check is
//	               not applicable once the window is covered, with it met decides at once
//	met            CEL condition that must hold
//	provable       CEL condition, for a step: where met does not hold, the step is called missing only if this holds
//	from, due      CEL times that bound the window searched; without them the policy's matching.before before
//	               the execution, and the execution
//	message        CEL text: the fact, with names and times
//	rule           the policy line the check hangs on
//	fix            what to do about it
//	changed_by     what beside a record would change the verdict, read after "if"; for explain, where what
//	               holds for the group does not fit
//	replaces       true in a user's file that takes the place of the bundled check of that id
//	scenarios      examples with their verdict: name, roster, secrets, waivers, incidents, log, unseen (kinds
//	               that no source shows), silent (FROM/TO in which the source, steady before and after,
//	               wrote nothing), until (where the logs end), policy, case (whose of several),
//	               expect, message
//
// The scenarios must show a guilty case (expect: not-met), its innocent twin
// (met), one that cannot be told (not-assessable; not asked of a check over the
// set that needs no kind) and, where there is a due, one whose time has not run
// out (not-due).
//
// To add a check, copy checks/no-request.yaml, the smallest; add its id to each
// file in frameworks, under the controls it speaks of or under unmapped with
// the reason. Nothing else lists checks. `resetproof rules test` runs its
// scenarios.
//
// # A policy
//
// policies/baseline.yaml explains each key. A user's file extends a bundled one
// and holds only what differs; see LoadPolicy. policies/profiles/<name>.yaml is
// a Profile, what a standard adds to a policy; it only tightens. policies/methods.yaml gives the
// strength of verification methods and the vendors' names for them,
// policies/lifetimes.yaml how long old access lives on unavoidably.
//
// # A framework
//
// frameworks/<id>.yaml maps a framework's controls to checks, sure where the
// control's text names the condition, verify where a person should confirm the
// link. Control numbers stand nowhere else. Its keys: id, title, version,
// source, licence; ids (the form of its ids, a regular expression); only
// (non-human or automated: the subjects it speaks of); controls with id, title
// (left out where the licence forbids to repeat it), sure, verify; labels;
// unmapped (check: reason). Each bundled check has a place in each bundled
// framework.
//
// # Schemas
//
// schemas/<name>.schema.json describes each file that users write, made from the
// struct tags by which it is read: after a change, run
// `go test ./cmd/resetproof -run Schemas -update`.
//
// # Mistakes
//
// All files are read by Decode, strictly: what it refuses is an Error with
// file, line, column, the line with a caret and, where it can guess, a hint.
package rules
