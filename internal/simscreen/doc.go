// Package simscreen is the screen of the elevator simulator: one or several
// simulated elevators (package elevserver) in a terminal, worked by keys and by
// the mouse. It has the look and the keys of the simulator of the course
// TTK4145, so that nobody has to learn it anew: the shaft lies on its side,
// floor 0 on the left; below it are the rows of the hall buttons and the cab
// buttons, each with its key and its lamp.
//
// [Run] shows the screen. What is on it is the value scene, from which draw
// makes a picture and hit finds what the mouse is on; neither knows a terminal
// or a clock. [Lines] is for where there is no terminal.
package simscreen
