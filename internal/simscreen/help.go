package simscreen

// helpLines explain the screen; the keys are those that are set.
func helpLines(s *scene) [][2]string {
	k := s.Keys
	lines := [][2]string{
		{k.Up, "hall up, floor 0 first"},
		{k.Down, "hall down, floor 1 first"},
		{k.Cab, "cab, floor 0 first"},
		{"capital", "hold the button; again: let go"},
		{string(k.Stop), "stop button"},
		{string(k.Obstruction), "obstruction switch"},
		{string([]rune{k.MotorDown, ' ', k.MotorStop, ' ', k.MotorUp}), "motor down, stop, up, by hand"},
		{string(k.InBounds), "move the car back in bounds"},
		{": enter", "type a command: motor off, sensor stuck 2, drop, help"},
		{"mouse", "left: press; right: hold or let go"},
		{"ctrl+z", "put the simulator in the background (fg: back)"},
		{"ctrl+c", "quit"},
	}
	if len(s.Cars) > 1 {
		lines = append(lines, [2]string{"tab < >", "next elevator; digits without a meaning, too"})
	}
	return lines
}

func drawHelp(c *canvas, s *scene) {
	width := 0
	for _, l := range helpLines(s) {
		width = max(width, len([]rune(l[0])))
	}
	width = min(width, 12)
	for i, l := range helpLines(s) {
		c.PutIn(1, i, width, strong, l[0])
		c.PutIn(width+3, i, c.Width-width-4, plain, l[1])
	}
	lamps := string(s.Style.lamp(false)) + " " + string(s.Style.lamp(true))
	legend := []string{
		lamps + "  a lamp, dark and lit; behind a floor's number: the floor indicator.",
		"[ ]  a button that is held down.   written: commands that came from clients.",
		"Any key closes this help.",
	}
	for i, line := range legend {
		c.PutIn(1, len(helpLines(s))+1+i, c.Width-2, faint, line)
	}
}
