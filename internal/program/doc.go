// Package program asks a program outside who takes which hall call. The program
// runs for ever: it is given a question, one line of JSON, on its standard input,
// and answers with one line on its standard output, as "elevnet assign --stream"
// does (package advice has the words).
//
// The program is a stranger: it may crash, hang, answer late, answer nonsense,
// answer without being asked, write lines without end, or close its output and
// live on. Whatever it does, [Program.Ask] returns in time, and nothing is left
// behind: no process, no goroutine. A program that ends, or has to be ended, is
// started again, after pauses that grow as long as it doesn't get any better.
package program
