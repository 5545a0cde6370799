#!/usr/bin/env python3
"""Who takes which hall call: a policy to edit.

It is asked again and again. Each line of standard input is a question, and it
answers each with one line on standard output:

    {"hallRequests": [[false,false], [true,false], ...],      up, down by floor
     "states": {"1": {"behaviour": "moving",                  or idle, doorOpen
                      "floor": 2, "direction": "up",          or down, stop
                      "cabRequests": [false,false,true,true],
                      "phase": 700,                           ms; not always there
                      "available": true}, ...},
     "hallAges": [[0,0], [12000,0], ...],                     ms that a call has waited
     "hallPresses": [9, 2, ...],                              how often, by floor
     "travelDuration": 2500, "doorOpenDuration": 3000}        ms

    {"1": [[false,false], [true,false], ...], ...}            who takes what

Every call must be taken by at least one elevator that is available. Rules for a
policy that runs on several nodes, each of which asks its own copy:

  * the same question, the same answer: no clock, no random numbers, nothing
    remembered, nothing that depends on the order in a set;
  * answer within 50 ms: otherwise the built-in policy decides this time;
  * standard output is for answers alone; print to sys.stderr to say more.

Try it:

    chmod +x my.py
    elevnet traffic --assigner exec:./my.py --sizes 3x4 --patterns lunch
    elevnet demo --assigner exec:./my.py
"""

import json
import sys
import traceback

UP, DOWN = 0, 1
STEP = {"up": 1, "down": -1, "stop": 0}


def time_until(elevator, stops, floor, button, travel, door):
    """Milliseconds until the elevator opens its door for the call, about.

    stops are the floors at which it stops anyway. It goes on in its direction
    while there are stops that way, and then turns.
    """
    here, way = elevator["floor"], STEP[elevator["direction"]]
    if elevator["behaviour"] == "idle":
        way = 0
    time = door // 2 if elevator["behaviour"] == "doorOpen" else 0

    ahead = [f for f in stops if (f - here) * way > 0]
    turn = max(ahead, key=lambda f: abs(f - here)) if ahead else here
    wanted = 1 if button == UP else -1
    if way == 0 or ((floor - here) * way >= 0 and (wanted == way or (floor - turn) * way >= 0)):
        route = [here, floor]  # on its way
    else:
        route = [here, turn, floor]  # first to where it turns

    passed = set()
    for a, b in zip(route, route[1:]):
        time += abs(b - a) * travel
        passed |= {f for f in stops if min(a, b) <= f <= max(a, b)}
    return time + len(passed - {here, floor}) * door


def decide(question):
    """Return the answer to a question."""
    calls = question["hallRequests"]
    floors = len(calls)
    travel = question.get("travelDuration", 2500)
    door = question.get("doorOpenDuration", 3000)
    ages = question.get("hallAges", [[0, 0]] * floors)

    # Sorted: the order must not depend on anything but the question.
    elevators = sorted(question["states"].items())
    answer = {name: [[False, False] for _ in range(floors)] for name, _ in elevators}
    able = [(name, e) for name, e in elevators if e.get("available", True)]
    stops = {name: {f for f in range(floors) if e["cabRequests"][f]} for name, e in able}

    # The oldest call chooses first: the elevator that is there first.
    waiting = [(-ages[f][b], f, b) for f in range(floors) for b in (UP, DOWN) if calls[f][b]]
    for _, floor, button in sorted(waiting):
        if not able:
            break
        name = min(able, key=lambda x: time_until(x[1], stops[x[0]], floor, button, travel, door))[0]
        answer[name][floor][button] = True
        stops[name].add(floor)
    return answer


def main():
    for line in sys.stdin:
        try:
            answer = decide(json.loads(line))
        except Exception as error:  # the built-in policy decides, and this is said
            traceback.print_exc()
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
