package generate

// The desks that policy.yaml lists: one of the organisation's own, with bounds,
// and two of vendors.
const (
	harbourDesk = "harbour desk"
	vendorDesk  = "Brightdesk"
	adminDesk   = "Kelmar"
)

// jumpHost is the address of one, abroad.
const jumpHost = "198.51.100.254"

var harbourServes = []string{"warehouse", "procurement"}

// deskPolicy is the part of policy.yaml about desks. Its shift ends at 17:00 in
// Stockholm, 16:00 or 15:00 UTC.
const deskPolicy = `desks:
  - unit: harbour desk
    mandates: [ordinary, sensitive]
    serves: [warehouse, procurement]
    shift: {zone: Europe/Stockholm, days: [mon, tue, wed, thu, fri], from: "08:00", to: "17:00"}
    quota_per_day: 2
  - {employer: Brightdesk, mandates: [ordinary, sensitive]}
  - {employer: Kelmar, mandates: [ordinary, sensitive, privileged]}
jump_hosts: [` + jumpHost + `]
`
