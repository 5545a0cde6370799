package cli

import (
	"errors"
	"os"
	"strings"
	"unicode/utf8"
)

// courseOptions are the options of the course's simulator, in small letters:
// case means nothing there. Each has a flag of ours.
var courseOptions = map[string]struct {
	flag string
	// rewrite returns our value for theirs, and false if it means the default.
	rewrite func(value string) (string, bool)
}{
	"port":                       {"port", unchanged},
	"numfloors":                  {"floors", unchanged},
	"traveltimebetweenfloors_ms": {"travel", milliseconds},
	"traveltimepassingfloor_ms":  {"pass", milliseconds},
	"btndepressedtime_ms":        {"tap", milliseconds},
	"stopmotorondisconnect":      {"keep-motor", opposite},
	"startfloor":                 {"start", unchanged},
	"light_off":                  {"lamp-off", unchanged},
	"light_on":                   {"lamp-on", unchanged},
	"key_ordersup":               {"key-ups", unchanged},
	"key_ordersdown":             {"key-downs", unchanged},
	"key_orderscab":              {"key-cabs", unchanged},
	"key_stopbutton":             {"key-stop", unchanged},
	"key_obstruction":            {"key-obstruction", unchanged},
	"key_moveup":                 {"key-motor-up", unchanged},
	"key_movestop":               {"key-motor-stop", unchanged},
	"key_movedown":               {"key-motor-down", unchanged},
	"key_moveinbounds":           {"key-in-bounds", unchanged},
}

func unchanged(v string) (string, bool) { return v, true }

func milliseconds(v string) (string, bool) { return v + "ms", v != "0" }

func opposite(v string) (string, bool) {
	switch strings.ToLower(v) {
	case "true":
		return "false", true
	case "false":
		return "true", true
	default:
		return v, true // and the flag says what is wrong with it
	}
}

// courseName returns the name of an option as the course writes it, if word is
// one, and a value that is joined to it by "=".
func courseName(word string) (name, value string, joined, ok bool) {
	name, ok = strings.CutPrefix(word, "--")
	if !ok {
		return "", "", false, false
	}
	name, value, joined = strings.Cut(name, "=")
	name = strings.ToLower(name)
	_, ok = courseOptions[name]
	return name, value, joined, ok
}

// courseArguments writes the course's options among the arguments as our flags.
func courseArguments(args []string) ([]string, error) {
	var out []string
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(out, args[i:]...), nil
		}
		name, value, joined, ok := courseName(args[i])
		if name == "randomstart" {
			out = append(out, "--start=random")
			continue
		}
		o := courseOptions[name]
		if !ok || name == o.flag && strings.HasPrefix(args[i], "--"+o.flag) {
			out = append(out, args[i]) // ours, if it is one
			continue
		}
		if !joined {
			if i++; i >= len(args) {
				return nil, usage("%s needs a value, see elevnet sim --help", args[i-1])
			}
			value = args[i]
		}
		if v, given := o.rewrite(value); given {
			out = append(out, "--"+o.flag+"="+v)
		}
	}
	return out, nil
}

// courseFile is where the course's simulator looks for its settings.
const courseFile = "simulator.con"

// readCourseFile makes what stands in the course's file of settings the defaults
// of our flags, and returns the name of the file, "" if there is none. args may
// name another one.
func (f *flags) readCourseFile(args []string) (string, error) {
	path, named := courseFile, false
	if v := os.Getenv(envName("con")); v != "" {
		path, named = v, true
	}
	for i, a := range args {
		a = strings.TrimPrefix(a, "-")
		if v, ok := strings.CutPrefix(a, "-con="); ok {
			path, named = v, true
		} else if a == "-con" && i+1 < len(args) {
			path, named = args[i+1], true
		}
	}
	if path == "none" {
		return "", nil
	}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist) && !named:
		return "", nil
	case err != nil:
		return "", usage("--con: %v", err)
	case !utf8.Valid(text):
		return "", usage("%s isn't a text in UTF-8; see --con", path)
	}
	return path, f.setCourse(path, string(text))
}

// setCourse takes the settings in a text. As in the course's simulator words are
// all that counts: what isn't an option with its value is a comment.
func (f *flags) setCourse(path, text string) error {
	words := strings.Fields(strings.TrimPrefix(text, "\ufeff"))
	for i := 0; i < len(words); i++ {
		name, value, joined, ok := courseName(words[i])
		if !ok {
			continue
		}
		if !joined {
			if i++; i >= len(words) {
				return usage("%s: %s has no value", path, words[i-1])
			}
			value = words[i]
		}
		o := courseOptions[name]
		v, given := o.rewrite(value)
		if !given {
			continue
		}
		// Not f.Set: it is no more than a default.
		if err := f.Lookup(o.flag).Value.Set(v); err != nil {
			return usage("%s: --%s %s: %v", path, name, value, plain(err))
		}
	}
	return nil
}
