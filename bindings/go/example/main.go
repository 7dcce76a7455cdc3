// Command example judges the lines of standard input as SQL: example guard.hpolb
package main

import (
	"bufio"
	"fmt"
	"log"
	"os"

	"hpol"
)

func main() {
	policy, err := hpol.Open(os.Args[1], hpol.Options{})
	if err != nil {
		log.Fatal(err)
	}
	session, err := policy.Bind(`{"principal":{"user":"eve"},"target":"prod-orders"}`)
	if err != nil {
		log.Fatal(err)
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		verdict, err := session.Judge(hpol.Postgres, lines.Bytes())
		if err != nil {
			log.Fatal(err) // Without a verdict nothing may pass.
		}
		fmt.Println(verdict.JSON)
	}
}
