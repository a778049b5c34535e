# Orbits of sets and vectors, as in benches/permgroups.rs: name, tab, CPU milliseconds of one run.
SetInfoLevel(InfoWarning, 0);

TimeOrbit := function(name, group, point, action)
  local start;
  start := Runtime();
  Length(Orbit(group, point, action));
  Print(name, "\t", Runtime() - start, "\n");
end;

TimeVectors := function(name, n, q)
  local group;
  group := GL(n, q);
  # Without what GAP knows of the natural module.
  TimeOrbit(name, GroupWithGenerators(GeneratorsOfGroup(group)), One(group)[1], OnRight);
end;

TimeVectors("vectors under GL(8,3)", 8, 3);
TimeVectors("vectors under GL(10,3)", 10, 3);
TimeVectors("vectors under GL(6,7)", 6, 7);
TimeOrbit("4-sets under S_50", GroupWithGenerators([(1,2), PermList(Concatenation([2..50], [1]))]), [1..4], OnSets);
TimeOrbit("8-sets under M24", GroupWithGenerators(GeneratorsOfGroup(MathieuGroup(24))), [1..8], OnSets);
QUIT_GAP(0);
