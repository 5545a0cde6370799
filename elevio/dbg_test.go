package elevio
import ("testing";"time";"os";"os/exec";"bufio";"syscall")
func TestDbg(t *testing.T){
	for _,k := range serverKinds {
	cmd := exec.Command(os.Args[0]); cmd.Env = append(os.Environ(), serverEnv+"="+k.name)
	in,_ := cmd.StdinPipe(); out,_ := cmd.StdoutPipe(); cmd.Start()
	addr,_ := bufio.NewReader(out).ReadString('\n')
	d := Open(addr[:len(addr)-1], Options{})
	go func(){ for range d.Events(){} }()
	time.Sleep(time.Second)
	var a,b syscall.Rusage
	s0 := d.Stats()
	syscall.Getrusage(0,&a); time.Sleep(3*time.Second); syscall.Getrusage(0,&b)
	s1 := d.Stats()
	n := s1.Polls-s0.Polls
	t.Logf("%s polls %d slow %d (before %d) csw/poll %.2f cpu %.2f%% us/poll %.1f", k.name, n, s1.Slow-s0.Slow, s0.Slow, float64(b.Nvcsw-a.Nvcsw)/float64(n), float64(b.Utime.Nano()+b.Stime.Nano()-a.Utime.Nano()-a.Stime.Nano())/3e7, float64(b.Utime.Nano()+b.Stime.Nano()-a.Utime.Nano()-a.Stime.Nano())/1e3/float64(n))
	d.Close(); in.Close(); cmd.Wait()
	}
}
