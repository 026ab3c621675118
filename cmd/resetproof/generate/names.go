package generate

import "fmt"

var firstNames = []string{"Ada", "Bela", "Cleo", "Dario", "Edda", "Femi", "Greta", "Hana", "Ivo", "Juno", "Kaya", "Lior", "Mira", "Nils", "Odile", "Pavel", "Quinn", "Rosa",
	"Soren", "Talia", "Umar", "Vera", "Wanda", "Xenia", "Yara", "Zeno", "Amara", "Bruno", "Chiara", "Dmitri", "Esme", "Farid", "Gwen", "Hiro", "Isla", "Jonah"}

var lastNames = []string{"Abara", "Brandt", "Castell", "Dunne", "Ekholm", "Farkas", "Grieve", "Halvors", "Ibarra", "Jansky", "Kostic", "Lindgren", "Moreau", "Nakata", "Osei",
	"Petrov", "Quist", "Rossi", "Sandoz", "Tamura", "Ueda", "Vasari", "Winther", "Ximenes", "Yilmaz", "Zorn", "Almeida", "Bergh", "Cortez", "Dahlke"}

var units = []string{"accounts payable", "warehouse", "procurement", "customer care", "legal", "marketing", "field sales", "engineering"}

// place is where somebody works; addresses are of the ranges kept for documents.
type place struct{ city, region, country, net string }

var places = []place{
	{"Gothenburg", "Västra Götaland County", "Sweden", "203.0.113."},
	{"Malmö", "Skåne County", "Sweden", "198.51.100."},
	{"Uppsala", "Uppsala County", "Sweden", "192.0.2."},
}

// farAway is a place where nobody of the organisation works.
var farAway = place{"Chisinau", "Chisinau Municipality", "Moldova", "203.0.113."}

// reasons are what people write when they need a reset.
var reasons = []string{
	"Back from leave and the password is not remembered any more, payroll closes at noon",
	"New laptop arrived this morning and the old password is not accepted",
	"Locked out after typing it wrong at the kiosk in the loading dock",
	"Phone was replaced at the weekend, so the prompt goes to the old one",
	"Forgot it over the holidays, the customer is waiting for the quote",
	"Mixed up two passwords after the last change and got locked out",
}

func (g *org) number(prefix string, n int) string { return fmt.Sprintf("%s%07d", prefix, n) }
