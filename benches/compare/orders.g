# Orders of permutation groups from bare generators, as in benches/permgroups.rs: name, tab, mean CPU milliseconds.
SetInfoLevel(InfoWarning, 0);

CycleOn := points -> MappingPermListList(points, Concatenation(points{[2..Length(points)]}, points{[1]}));

# Fresh groups, as many as take 300 ms, for GAP's clock counts whole milliseconds.
TimeOrder := function(name, generators)
  local start, runs;
  start := Runtime();
  runs := 0;
  repeat
    Size(GroupWithGenerators(generators));
    runs := runs + 1;
  until Runtime() - start >= 300;
  Print(name, "\t", Float((Runtime() - start) / runs), "\n");
end;

# The six face turns of the cube, facelets 1 to 48.
TimeOrder("rubik", [
  (1,3,8,6)(2,5,7,4)(9,33,25,17)(10,34,26,18)(11,35,27,19),
  (9,11,16,14)(10,13,15,12)(1,17,41,40)(4,20,44,37)(6,22,46,35),
  (17,19,24,22)(18,21,23,20)(6,25,43,16)(7,28,42,13)(8,30,41,11),
  (25,27,32,30)(26,29,31,28)(3,38,43,19)(5,36,45,21)(8,33,48,24),
  (33,35,40,38)(34,37,39,36)(3,9,46,32)(2,12,47,29)(1,14,48,27),
  (41,43,48,46)(42,45,47,44)(14,22,30,38)(15,23,31,39)(16,24,32,40)]);
TimeOrder("M24", GeneratorsOfGroup(MathieuGroup(24)));
TimeOrder("PSL(2,101)", GeneratorsOfGroup(PSL(2, 101)));
TimeOrder("A_50", [CycleOn([2..50]), (1,2,3)]);
TimeOrder("S_20 wr S_5", GeneratorsOfGroup(WreathProduct(SymmetricGroup(20), SymmetricGroup(5))));
TimeOrder("A_5 wr S_20", GeneratorsOfGroup(WreathProduct(AlternatingGroup(5), SymmetricGroup(20))));
TimeOrder("S_100", [CycleOn([1..100]), (1,2)]);
QUIT_GAP(0);
