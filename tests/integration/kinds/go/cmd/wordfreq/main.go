// wordfreq prints the words of its input by frequency.
package main

import (
	"flag"
	"fmt"
	"os"

	"example.com/wordfreq/internal/count"
)

var version = "dev"

func main() {
	n := flag.Int("n", 10, "how many words")
	tell := flag.Bool("version", false, "print the version")
	flag.Parse()
	if *tell {
		fmt.Println("wordfreq", version)
		return
	}
	words, err := count.Words(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for i := 0; i < len(words) && i < *n; i++ {
		fmt.Println(words[i].Text, words[i].N)
	}
}
