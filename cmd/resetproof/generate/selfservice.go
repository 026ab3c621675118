package generate

import "time"

// selfReset is a reset that its owner carries out, from the request to the new
// password; whatever has no time was not done.
type selfReset struct {
	who    *person
	from   seat
	asked  time.Time
	proofs []check // by the owner, in the words of the product
	at     time.Time
}
