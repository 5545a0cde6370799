package traffic

import "elevnet/internal/advice"

// reference is the field's reference assigner, used as its users do: asked anew
// at each change, and told what its JSON can say.
type reference struct{ advice.Reference }

func (*reference) Ages() bool { return false }

func (*reference) Parks() bool { return false }

func (p *reference) Decide(in *Input, out *Decision) { copy(out.Calls, p.Assign(in.Input)) }
