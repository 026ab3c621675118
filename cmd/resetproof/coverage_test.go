package main

import (
	"encoding/json"
	"fmt"
)

// accounts checks that coverage.json accounts for every record of every feed.
func accounts(src []byte) error {
	var c struct {
		Feeds []struct {
			Feed                                             string
			Records, Mapped, Duplicates, Unmapped, Malformed int64
		}
	}
	if err := json.Unmarshal(src, &c); err != nil {
		return err
	}
	for _, f := range c.Feeds {
		if f.Records != f.Mapped+f.Duplicates+f.Unmapped+f.Malformed {
			return fmt.Errorf("%s: %d records, but %d mapped, %d duplicates, %d unmapped, %d malformed",
				f.Feed, f.Records, f.Mapped, f.Duplicates, f.Unmapped, f.Malformed)
		}
	}
	return nil
}
