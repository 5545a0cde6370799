// Package fsm is one elevator as a state machine: its motor, its door, its
// obstruction switch, its stop button and the watch over its motor (SPEC E1 to
// E6 and S4). It is pure: what the elevator server shows, the calls to serve
// and the time go in, what the server shall show comes out.
//
//	stateDiagram-v2
//	  [*]      --> Idle     : the sensor shows a floor
//	  [*]      --> Seeking  : it shows none
//	  Seeking  --> Idle     : a floor is seen
//	  Idle     --> DoorOpen : a call here
//	  Idle     --> Moving   : a call elsewhere
//	  Moving   --> Moving   : arrival, runs on or turns
//	  Moving   --> DoorOpen : arrival, a call to serve
//	  Moving   --> Idle     : arrival, no call left; the door stays shut
//	  Idle     --> Moving   : no call, and it waits elsewhere (parking)
//	  DoorOpen --> Moving   : time over, a call elsewhere
//	  DoorOpen --> DoorOpen : time over, announces the other direction (S4)
//	  DoorOpen --> Idle     : time over, no call left
//	  Idle     --> Seeking  : no floor: the car was moved
//	  DoorOpen --> Seeking  : no floor: the car was moved
//
// Seeking is Moving down with the reason Starting.
//
// The decisions are those of package requests, so that a prediction made with
// it and the real car agree. What this package adds:
//
//   - A moving car decides once for each floor, on the edge at which its sensor
//     comes on. A call that comes later is for the next time.
//   - An open door announces one direction, or none after a cab call with
//     nowhere to go on to. New calls that it serves lengthen the door time once
//     for each announcement, however fast a button is hammered.
//   - Whatever holds the door (the obstruction switch, the stop button, a lost
//     server), the door stays open for a full door time afterwards. While it is
//     held it makes no new announcement, and once its regular time is over, or
//     while stopped, it serves no more hall calls: those move to other
//     elevators.
//   - A car without a call may be told where to wait. It goes there floor by
//     floor: at each it is a car at rest, which serves the calls that there are,
//     and without one goes on. Where it waits never opens a door.
//   - The floor sensor is always believed. A car that was moved by hand, or whose
//     server came back elsewhere, takes over the floor that it sees; without one
//     it shuts the door and goes to the next floor: down, or up from the bottom.
//   - Stopped, Obstructed, MotorLost and ServerLost are not states but reasons
//     beside the state: each comes and goes on its own, and the car then carries
//     on from where the sensor shows it to be.
package fsm
