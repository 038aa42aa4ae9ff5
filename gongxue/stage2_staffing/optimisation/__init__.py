"""The recommendation over all open classes at once, as pure functions (TR 8): see README.md of the stage.

`model` what goes in and comes out · `weights` every weight in words · `points` a pair in words · `candidates` all pairs as
arrays · `roster` the greedy choice · `programme`, `highs` the exact programme and its solver · `pairs`, `market`, `prices`
relaxation, `years` its bound · `windows` exact re-staffing of some classes · `solve` all of it · `check` the independent judge · `explain`, `relax` words.
"""
