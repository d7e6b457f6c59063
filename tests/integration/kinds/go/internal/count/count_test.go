package count

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func TestWords(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []Word
	}{
		"nothing":   {"", []Word{}},
		"frequency": {"b a b", []Word{{"b", 2}, {"a", 1}}},
		"case":      {"The the THE", []Word{{"the", 3}}},
		"ties":      {"z y", []Word{{"y", 1}, {"z", 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Words(strings.NewReader(test.text))
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Fatalf("got %v, %v; want %v", got, err, test.want)
			}
		})
	}
}

func TestWordsTellsOfErrors(t *testing.T) {
	if _, err := Words(iotest.ErrReader(errors.New("broken"))); err == nil {
		t.Fatal("no error")
	}
}
