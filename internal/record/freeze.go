package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"elevnet/assigner"
	"elevnet/internal/node"
	"elevnet/worldview"
)

// A recording that has lost its beginning can only be run again if it says in
// what state each node was where it now begins. That state is spread over the
// unexported fields of the packages of the core, which have no reason to know of
// recordings; so it is copied out of memory as it lies there, field by field. It
// can be put back only by a program whose types are the same: [layout] tells.

// left are the types that are not copied but stay as in a fresh node: scratch
// memory, names that only save work when they are known, and a policy, which has
// no memory that counts.
var left = map[reflect.Type]bool{
	reflect.TypeFor[assigner.Assigner](): true,
	reflect.TypeFor[worldview.Content](): true,
	reflect.TypeFor[node.Policy]():       true,
}

var (
	nodeType  = reflect.TypeFor[node.Node]()
	errorType = reflect.TypeFor[error]()
)

// layout names the types of which a node's state is made. Programs with the same
// can read each other's states.
var layout = sync.OnceValue(func() uint64 {
	h := fnv.New64a()
	h.Write([]byte(describe(nodeType, make(map[reflect.Type]bool))))
	return h.Sum64()
})

// describe writes a type and those that it is made of. It panics if there is one
// that freezing doesn't know: a test looks at it.
func describe(t reflect.Type, seen map[reflect.Type]bool) string {
	if t.PkgPath() != "" {
		if seen[t] {
			return t.String()
		}
		seen[t] = true
	}
	name := t.String() + " " + t.Kind().String()
	switch {
	case left[t], t == errorType:
		return name
	}
	switch t.Kind() {
	case reflect.Struct:
		var b strings.Builder
		b.WriteString(name + "{")
		for i := range t.NumField() {
			b.WriteString(t.Field(i).Name + " " + describe(t.Field(i).Type, seen) + ";")
		}
		return b.String() + "}"
	case reflect.Pointer, reflect.Slice:
		return name + "(" + describe(t.Elem(), seen) + ")"
	case reflect.Array:
		return fmt.Sprintf("%s[%d](%s)", name, t.Len(), describe(t.Elem(), seen))
	case reflect.Map:
		if t.Key().Kind() != reflect.String {
			panic("record: a map with keys of type " + t.Key().String())
		}
		return name + "(" + describe(t.Elem(), seen) + ")"
	case reflect.Bool, reflect.String, reflect.Func,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return name
	default:
		panic("record: a node's state holds a " + t.String())
	}
}

// freeze appends a node's whole state.
func freeze(dst []byte, n *node.Node) []byte {
	f := freezer{b: dst, known: make(map[unsafe.Pointer]int)}
	f.put(reflect.ValueOf(n).Elem())
	return f.b
}

// freezer writes values. Where two pointers point to one thing they do so again
// when it is read.
type freezer struct {
	b     []byte
	known map[unsafe.Pointer]int
}

func (f *freezer) put(v reflect.Value) {
	if left[v.Type()] {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		f.b = appendBool(f.b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		f.b = binary.AppendVarint(f.b, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		f.b = binary.AppendUvarint(f.b, v.Uint())
	case reflect.String:
		f.b = appendString(f.b, v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			f.put(v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			f.put(v.Index(i))
		}
	case reflect.Slice:
		if v.IsNil() {
			f.b = binary.AppendUvarint(f.b, 0)
			return
		}
		f.b = binary.AppendUvarint(f.b, uint64(v.Len())+1)
		for i := range v.Len() {
			f.put(v.Index(i))
		}
	case reflect.Map:
		f.putMap(v)
	case reflect.Pointer:
		f.putPointer(v)
	case reflect.Interface: // an error: its text is all that anybody sees
		if v.IsNil() {
			f.b = append(f.b, 0)
			return
		}
		f.b = append(f.b, 1)
		f.b = appendString(f.b, loose(v).Interface().(error).Error())
	}
}

func (f *freezer) putMap(v reflect.Value) {
	if v.IsNil() {
		f.b = binary.AppendUvarint(f.b, 0)
		return
	}
	all := make(map[string]reflect.Value, v.Len())
	for it := v.MapRange(); it.Next(); {
		all[it.Key().String()] = it.Value()
	}
	f.b = binary.AppendUvarint(f.b, uint64(len(all))+1)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		f.b = appendString(f.b, key)
		f.put(all[key])
	}
}

// What stands in the place of a pointer, followed by what it points to if that
// is new, or by its number plus firstKnown.
const (
	pointsNowhere = iota
	pointsToNew
	firstKnown
)

func (f *freezer) putPointer(v reflect.Value) {
	if v.IsNil() {
		f.b = binary.AppendUvarint(f.b, pointsNowhere)
		return
	}
	if k, ok := f.known[v.UnsafePointer()]; ok {
		f.b = binary.AppendUvarint(f.b, firstKnown+uint64(k))
		return
	}
	f.known[v.UnsafePointer()] = len(f.known)
	f.b = binary.AppendUvarint(f.b, pointsToNew)
	f.put(v.Elem())
}

// loose returns v, got through an unexported field, as a value that can be set
// and read in full. It must be addressable.
func loose(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
}

var errState = errors.New("the state of the node makes no sense")

// thaw returns a node in a state that was frozen by a program with the same
// layout. The configuration must be the one with which it was started.
func thaw(cfg node.Config, state []byte) (n *node.Node, err error) {
	defer func() { // what reflection refuses comes as a panic
		if r := recover(); r != nil {
			n, err = nil, fmt.Errorf("%w: %v", errState, r)
		}
	}()
	if n, err = node.New(cfg, nil); err != nil {
		return nil, err
	}
	t := thawer{r: reader{b: state}}
	t.get(reflect.ValueOf(n).Elem())
	if t.r.err == nil && len(t.r.b) > 0 {
		t.r.fail()
	}
	if t.r.err != nil {
		return nil, errState
	}
	return n, nil
}

// thawer reads values into those of a fresh node, so that functions stay bound
// to it.
type thawer struct {
	r     reader
	known []reflect.Value
}

func (t *thawer) get(v reflect.Value) {
	if left[v.Type()] || t.r.err != nil {
		return
	}
	v = loose(v)
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(t.r.bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(t.r.varint())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(t.r.uvarint())
	case reflect.String:
		v.SetString(t.r.string())
	case reflect.Struct:
		for i := range v.NumField() {
			t.get(v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			t.get(v.Index(i))
		}
	case reflect.Slice:
		n := t.length()
		if n < 0 {
			v.SetZero()
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			t.get(v.Index(i))
		}
	case reflect.Map:
		t.getMap(v)
	case reflect.Pointer:
		t.getPointer(v)
	case reflect.Interface:
		v.SetZero()
		if t.r.bool() {
			v.Set(reflect.ValueOf(errors.New(t.r.string())))
		}
	}
}

// length reads the length of a slice or map, -1 for nil. Each element takes a
// byte at the least.
func (t *thawer) length() int {
	n := t.r.uvarint()
	if n > uint64(len(t.r.b))+1 {
		t.r.fail()
		return -1
	}
	return int(n) - 1
}

func (t *thawer) getMap(v reflect.Value) {
	n := t.length()
	if n < 0 {
		v.SetZero()
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), n))
	for range n {
		key := reflect.New(v.Type().Key()).Elem()
		key.SetString(t.r.string())
		value := reflect.New(v.Type().Elem()).Elem()
		t.get(value)
		v.SetMapIndex(key, value)
	}
}

func (t *thawer) getPointer(v reflect.Value) {
	switch k := t.r.uvarint(); {
	case t.r.err != nil:
	case k == pointsNowhere:
		v.SetZero()
	case k == pointsToNew:
		// Into what the fresh node has there, unless that is taken already.
		if v.IsNil() || slices.ContainsFunc(t.known, func(o reflect.Value) bool { return o.UnsafePointer() == v.UnsafePointer() }) {
			v.Set(reflect.New(v.Type().Elem()))
		}
		t.known = append(t.known, reflect.NewAt(v.Type().Elem(), v.UnsafePointer()))
		t.get(v.Elem())
	case k-firstKnown < uint64(len(t.known)) && t.known[k-firstKnown].Type() == v.Type():
		v.Set(t.known[k-firstKnown])
	default:
		t.r.fail()
	}
}
