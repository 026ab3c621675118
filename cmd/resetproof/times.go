package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"resetproof/rules"
)

const timeHint = "write 2026-03-01 or 2026-03-01T08:00:00Z"

// parseTime reads RFC 3339 or a date, which is its first moment in UTC.
func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date or time", s)
}

// parseBefore reads a time, or a duration such as 30d or 12h before now. The
// result is in UTC nanoseconds, 0 for an empty text.
func parseBefore(flag, s string, now time.Time) (int64, error) {
	if s == "" {
		return 0, nil
	}
	if t, err := parseTime(s); err == nil {
		return t.UnixNano(), nil
	}
	d, err := rules.ParseDuration(s)
	if err != nil {
		return 0, usagef(flag+" takes a date or a duration, e.g. 2026-03-01 or 30d", "%s: %q is neither a date nor a duration", flag, s)
	}
	return now.Add(-d).UnixNano(), nil
}

// parsePeriod reads FROM/TO, half-open; zero times for an empty text.
func parsePeriod(s string) (p [2]time.Time, err error) {
	if s == "" {
		return p, nil
	}
	from, to, ok := strings.Cut(s, "/")
	if !ok {
		return p, usagef("--period 2026-01-01/2026-04-01", "--period: %q is not FROM/TO", s)
	}
	for i, text := range []string{from, to} {
		if p[i], err = parseTime(text); err != nil {
			return p, usagef(timeHint, "--period: %w", err)
		}
	}
	if !p[0].Before(p[1]) {
		return p, usagef("the end is not part of the period", "--period: %s does not end after it begins", s)
	}
	return p, nil
}

// parseSize reads bytes with an optional K, M or G (or KiB …), each 1,024 of
// the one before.
func parseSize(s string) (int64, error) {
	digits := strings.TrimRight(s, "KMGiBkmgb ")
	n, err := strconv.ParseInt(digits, 10, 64)
	shift, ok := map[string]uint{"": 0, "b": 0, "k": 10, "kb": 10, "kib": 10, "m": 20, "mb": 20, "mib": 20, "g": 30, "gb": 30, "gib": 30}[strings.ToLower(strings.TrimSpace(s[len(digits):]))]
	if err != nil || !ok || n <= 0 || n > math.MaxInt64>>shift {
		return 0, usagef("--memory takes a size, e.g. 256MiB or 1GiB", "--memory: %q is no size", s)
	}
	return n << shift, nil
}

// parseShare reads 0.1% or 0.001 as a share between 0 and 1.
func parseShare(flag, s string) (float64, error) {
	digits, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	f, err := strconv.ParseFloat(digits, 64)
	if percent {
		f /= 100
	}
	if err != nil || !(f >= 0 && f <= 1) {
		return 0, usagef(flag+" takes a share, e.g. 0.1% or 0.001", "%s: %q is no share", flag, s)
	}
	return f, nil
}
