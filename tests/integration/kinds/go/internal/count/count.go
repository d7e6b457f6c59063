// Package count counts words.
package count

import (
	"bufio"
	"io"
	"sort"
	"strings"
)

// Word is a word and how often it was there.
type Word struct {
	Text string
	N    int
}

// Words reads all of r; the most frequent word comes first, equal ones by name.
func Words(r io.Reader) ([]Word, error) {
	seen := map[string]int{}
	scanner := bufio.NewScanner(r)
	scanner.Split(bufio.ScanWords)
	for scanner.Scan() {
		seen[strings.ToLower(scanner.Text())]++
	}
	words := make([]Word, 0, len(seen))
	for text, n := range seen {
		words = append(words, Word{text, n})
	}
	sort.Slice(words, func(i, j int) bool {
		if words[i].N != words[j].N {
			return words[i].N > words[j].N
		}
		return words[i].Text < words[j].Text
	})
	return words, scanner.Err()
}
