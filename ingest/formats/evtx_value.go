// Values of binary XML as text, written as Windows writes them in XML. Source:
// MS-EVEN6, 2.2.12 "BinXml", and 3.1.4.7.5 "Array types".
package formats

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Types of values; typeArray on one of them makes it an array of such.
const (
	typeNull     = 0x00
	typeString   = 0x01
	typeANSI     = 0x02
	typeInt8     = 0x03
	typeUint8    = 0x04
	typeInt16    = 0x05
	typeUint16   = 0x06
	typeInt32    = 0x07
	typeUint32   = 0x08
	typeInt64    = 0x09
	typeUint64   = 0x0a
	typeFloat    = 0x0b
	typeDouble   = 0x0c
	typeBool     = 0x0d
	typeBinary   = 0x0e
	typeGUID     = 0x0f
	typeSize     = 0x10
	typeFileTime = 0x11
	typeSysTime  = 0x12
	typeSID      = 0x13
	typeHex32    = 0x14
	typeHex64    = 0x15
	typeBinXML   = 0x21
	typeArray    = 0x80
)

// evtxSizes are the bytes a value of each type takes; 0 where that varies.
var evtxSizes = [256]int{
	typeInt8: 1, typeUint8: 1, typeInt16: 2, typeUint16: 2, typeInt32: 4, typeUint32: 4, typeInt64: 8, typeUint64: 8,
	typeFloat: 4, typeDouble: 8, typeBool: 4, typeGUID: 16, typeFileTime: 8, typeSysTime: 16, typeHex32: 4, typeHex64: 8,
}

var (
	errEVTXType = errors.New("EVTX record holds a value of an unknown type")
	errEVTXSize = errors.New("EVTX record holds a value that does not have its type's size")
)

// appendEVTX adds a value's text to dst.
func appendEVTX(dst []byte, typ byte, b []byte) ([]byte, error) {
	if len(b) == 0 {
		return dst, nil
	}
	if size := evtxSizes[typ]; size != 0 && len(b) != size {
		return dst, errEVTXSize
	}
	le := binary.LittleEndian
	switch typ {
	case typeNull:
		return dst, nil
	case typeString:
		return appendUTF16(dst, b), nil
	case typeANSI:
		return appendANSI(dst, b), nil
	case typeInt8:
		return strconv.AppendInt(dst, int64(int8(b[0])), 10), nil
	case typeUint8:
		return strconv.AppendUint(dst, uint64(b[0]), 10), nil
	case typeInt16:
		return strconv.AppendInt(dst, int64(int16(le.Uint16(b))), 10), nil
	case typeUint16:
		return strconv.AppendUint(dst, uint64(le.Uint16(b)), 10), nil
	case typeInt32:
		return strconv.AppendInt(dst, int64(int32(le.Uint32(b))), 10), nil
	case typeUint32:
		return strconv.AppendUint(dst, uint64(le.Uint32(b)), 10), nil
	case typeInt64:
		return strconv.AppendInt(dst, int64(le.Uint64(b)), 10), nil
	case typeUint64:
		return strconv.AppendUint(dst, le.Uint64(b), 10), nil
	case typeFloat:
		return strconv.AppendFloat(dst, float64(math.Float32frombits(le.Uint32(b))), 'g', -1, 32), nil
	case typeDouble:
		return strconv.AppendFloat(dst, math.Float64frombits(le.Uint64(b)), 'g', -1, 64), nil
	case typeBool:
		return appendBool(dst, le.Uint32(b)), nil
	case typeBinary:
		from := len(dst)
		dst = hex.AppendEncode(dst, b)
		copy(dst[from:], bytes.ToUpper(dst[from:]))
		return dst, nil
	case typeGUID:
		return appendGUID(dst, b), nil
	case typeFileTime:
		return appendFileTime(dst, le.Uint64(b)), nil
	case typeSysTime:
		return appendSysTime(dst, b), nil
	case typeSID:
		return appendSID(dst, b)
	case typeHex32:
		return strconv.AppendUint(append(dst, "0x"...), uint64(le.Uint32(b)), 16), nil
	case typeHex64:
		return strconv.AppendUint(append(dst, "0x"...), le.Uint64(b), 16), nil
	case typeSize:
		switch len(b) {
		case 4:
			return appendEVTX(dst, typeHex32, b)
		case 8:
			return appendEVTX(dst, typeHex64, b)
		}
		return dst, errEVTXSize
	}
	return dst, errEVTXType
}

// evtxItem cuts the first item off an array of a type.
func evtxItem(typ byte, b []byte) (item, rest []byte, err error) {
	n := evtxSizes[typ]
	switch typ {
	case typeString:
		for n+1 < len(b) && (b[n] != 0 || b[n+1] != 0) {
			n += 2
		}
		return b[:n], b[min(n+2, len(b)):], nil
	case typeANSI:
		item, rest, _ = bytes.Cut(b, []byte{0})
		return item, rest, nil
	case typeSID:
		if len(b) > 1 {
			n = 8 + 4*int(b[1])
		}
	}
	if n == 0 {
		return nil, nil, errEVTXType
	}
	if n > len(b) {
		return nil, nil, errEVTXSize
	}
	return b[:n], b[n:], nil
}

// appendUTF16 adds UTF-16 text up to its first zero. Halves of characters
// become U+FFFD, characters XML does not allow an underscore, as in Windows.
func appendUTF16(dst, b []byte) []byte {
	le := binary.LittleEndian
	for len(b) >= 2 {
		// Four printable ASCII characters at a time.
		if len(b) >= 8 {
			v := le.Uint64(b)
			if v&0xff80ff80ff80ff80 == 0 && (v-0x0020002000200020)&0x8000800080008000 == 0 {
				dst = append(dst, byte(v), byte(v>>16), byte(v>>32), byte(v>>48))
				b = b[8:]
				continue
			}
		}
		r := rune(le.Uint16(b))
		b = b[2:]
		switch {
		case r == 0:
			return dst
		case r < 0x20 && r != '\t' && r != '\n' && r != '\r', r >= 0xfffe:
			r = '_'
		case utf16.IsSurrogate(r):
			low := rune(0)
			if len(b) >= 2 {
				low = rune(le.Uint16(b))
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				b = b[2:]
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// appendANSI adds text of the code page 1252, the one of most computers; zeros
// are left out.
func appendANSI(dst, b []byte) []byte {
	for _, c := range b {
		switch {
		case c == 0:
		case c < 0x20 && c != '\t' && c != '\n' && c != '\r':
			dst = append(dst, '_')
		default:
			dst = utf8.AppendRune(dst, charmap.Windows1252.DecodeByte(c))
		}
	}
	return dst
}

// appendBool writes true and false; flags that stand in their place stay numbers.
func appendBool(dst []byte, n uint32) []byte {
	if n < 2 {
		return strconv.AppendBool(dst, n == 1)
	}
	return strconv.AppendInt(dst, int64(int32(n)), 10)
}

// guidOrder is the order in which a GUID's bytes are written; -1 is a hyphen.
var guidOrder = [...]int{3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15}

func appendGUID(dst, b []byte) []byte {
	dst = append(dst, '{')
	for _, i := range guidOrder {
		if i < 0 {
			dst = append(dst, '-')
		} else {
			dst = hex.AppendEncode(dst, b[i:i+1])
		}
	}
	return append(dst, '}')
}

const (
	evtxTime = "2006-01-02T15:04:05.0000000Z"
	// A FILETIME counts 100 ns since 1601; 1970 is so many seconds later.
	fileTimeSecond = 10_000_000
	fileTimeUnix   = 11_644_473_600
)

// appendFileTime is Time.AppendFormat at a quarter of its cost: each record has
// such a time.
func appendFileTime(dst []byte, n uint64) []byte {
	seconds := n / fileTimeSecond
	at := time.Unix(int64(seconds)-fileTimeUnix, 0).UTC()
	y, m, d := at.Date()
	if y > 9999 {
		return at.AppendFormat(dst, evtxTime)
	}
	dst = append(digits(dst, uint64(y), 4), '-')
	dst = append(digits(dst, uint64(m), 2), '-')
	dst = append(digits(dst, uint64(d), 2), 'T')
	dst = append(digits(dst, seconds/3600%24, 2), ':')
	dst = append(digits(dst, seconds/60%60, 2), ':')
	dst = append(digits(dst, seconds%60, 2), '.')
	return append(digits(dst, n%fileTimeSecond, 7), 'Z')
}

// digits adds the last width digits of n.
func digits(dst []byte, n uint64, width int) []byte {
	from := len(dst)
	dst = append(dst, "0000000"[:width]...)
	for i := from + width - 1; i >= from; i-- {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
	return dst
}

// appendSysTime writes a SYSTEMTIME: year, month, day of the week, day, hour,
// minute, second, millisecond. One that is no time is 1601, as in Windows.
func appendSysTime(dst, b []byte) []byte {
	var f [8]int
	for i := range f {
		f[i] = int(binary.LittleEndian.Uint16(b[2*i:]))
	}
	at := time.Date(f[0], time.Month(f[1]), f[3], f[4], f[5], f[6], f[7]*int(time.Millisecond), time.UTC)
	if y, m, d := at.Date(); y != f[0] || int(m) != f[1] || d != f[3] || f[4] > 23 || f[5] > 59 || f[6] > 59 || f[7] > 999 {
		at = time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return at.AppendFormat(dst, evtxTime)
}

// appendSID writes revision, authority (big-endian) and sub-authorities.
func appendSID(dst, b []byte) ([]byte, error) {
	if len(b) < 8 || len(b) < 8+4*int(b[1]) {
		return dst, errEVTXSize
	}
	authority := uint64(binary.BigEndian.Uint16(b[2:]))<<32 | uint64(binary.BigEndian.Uint32(b[4:]))
	dst = append(dst, "S-"...)
	dst = strconv.AppendUint(dst, uint64(b[0]), 10)
	dst = append(dst, '-')
	dst = strconv.AppendUint(dst, authority, 10)
	for i := range int(b[1]) {
		dst = append(dst, '-')
		dst = strconv.AppendUint(dst, uint64(binary.LittleEndian.Uint32(b[8+4*i:])), 10)
	}
	return dst, nil
}
