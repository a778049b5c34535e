# Writes `larger_groups.txt`: groups of order 101 to 2000 with their numbers in the SmallGrp library.
#   gap -q -b larger_groups.g </dev/null     (packages gap-core gap-smallgrp-extra gap-transgrp gap-primgrp gap-tomlib)
# A line with one number starts an order; `!` after it says that all groups of that order follow. Every other line is
# a group: number, invariant (see `Hash`), generators. A generator is the list of its images without fixed points at the
# end, a digit each (see `Digits`), or two each after a full stop. A number followed by `=` is a group of a family,
# without an invariant: a dihedral or quaternion group of the catalog, or an abelian one by its invariants.
SetInfoLevel(InfoWarning, 0);
LoadPackage("tomlib");;
LARGEST := 2000;; COMPLETE := Difference([101 .. 200], [128, 192]);;
Digits := "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";;

# The sum, over the conjugacy classes, of a scrambling of the order and the class size of an element and of its powers
# to the primes that divide the order of the group.
Prime := 2^31 - 1;;
Mix := function(h, v) return ((h * 1000003 + v + 1) mod Prime)^2 mod Prime; end;;
Hash := function(g)
  local primes, key, sum, c, r, h, p;
  primes := PrimeDivisors(Size(g));
  key := x -> Mix(Mix(0, Order(x)), Size(g) / Size(Centralizer(g, x)));
  sum := 0;
  for c in ConjugacyClasses(g) do
    r := Representative(c);
    h := key(r);
    for p in primes do h := Mix(h, key(r^p)); od;
    sum := (sum + Mix(h, 0)) mod Prime;
  od;
  return sum;
end;;

# A faithful permutation group of small degree.
Faithful := function(g)
  local h;
  h := Image(IsomorphismPermGroup(g));
  h := Image(SmallerDegreePermutationRepresentation(h));
  # Points 1, 2, … without gaps.
  return Action(h, MovedPoints(h));
end;;

Generators := function(g)
  local gens;
  if IsSolvableGroup(g) then gens := MinimalGeneratingSet(g); else gens := SmallGeneratingSet(g); fi;
  return Filtered(gens, x -> not IsOne(x));
end;;

Text := function(g)
  local degree, text, x, images, i;
  degree := LargestMovedPoint(g);
  text := "";
  for x in Generators(g) do
    Append(text, " ");
    if degree > 62 then Append(text, "."); fi;
    images := ListPerm(x) - 1;
    for i in images do
      if degree <= 62 then Add(text, Digits[i + 1]);
      else Add(text, Digits[QuoInt(i, 62) + 1]); Add(text, Digits[i mod 62 + 1]); fi;
    od;
  od;
  return text;
end;;

Stored := List([1 .. LARGEST], n -> []);;   # by order: records index, text

Enter := function(g)
  local n, id, known, text;
  n := Size(g);
  if n <= 100 or n > LARGEST or not IdGroupsAvailable(n) or n in COMPLETE or IsAbelian(g) then return; fi;
  id := IdGroup(g)[2];
  if not IsPermGroup(g) then g := Faithful(g); elif NrMovedPoints(g) < LargestMovedPoint(g) then g := Action(g, MovedPoints(g)); fi;
  known := First(Stored[n], r -> r.index = id);
  if known <> fail and known.degree <= LargestMovedPoint(g) then return; fi;
  if LargestMovedPoint(g) > 62 * 62 then return; fi;
  if known = fail then known := rec(index := id, hash := Hash(g)); Add(Stored[n], known); fi;
  known.degree := LargestMovedPoint(g);
  known.text := Text(g);
end;;

Count := function(what) Print(what, ": ", Sum(Stored, Length), " groups, ", Runtime(), " ms\n"); end;;

for n in COMPLETE do
  for k in [1 .. NrSmallGroups(n)] do
    g := SmallGroup(n, k);
    h := Faithful(g);
    Add(Stored[n], rec(index := k, hash := Hash(g), degree := LargestMovedPoint(h), text := Text(h)));
  od;
od;
Count("complete orders");

# Transitive and primitive groups.
for n in [2 .. 15] do for k in [1 .. NrTransitiveGroups(n)] do
  Enter(TransitiveGroup(n, k));
od; od;
Count("transitive");
for n in [2 .. 63] do for k in [1 .. NrPrimitiveGroups(n)] do
  if Size(PrimitiveGroup(n, k)) <= LARGEST then Enter(PrimitiveGroup(n, k)); fi;
od; od;
Count("primitive");

# All subgroups of some groups.
for name in ["S10", "M11", "M12", "J1", "U3(3)", "L3(3)", "L2(31)", "S4(3)", "L3(4)"] do
  tom := TableOfMarks(name);
  if tom = fail then Print("no table of marks of ", name, "\n"); continue; fi;
  orders := OrdersTom(tom);
  for k in [1 .. Length(orders)] do
    if orders[k] > 100 and orders[k] <= LARGEST then Enter(RepresentativeTom(tom, k)); fi;
  od;
  Count(name);
od;

# Weyl groups, on the weights in the orbits of the fundamental ones.
WeylGroupPerm := function(type, rank)
  local cartan, gens, i, m, orbit;
  cartan := CartanMatrix(RootSystem(SimpleLieAlgebra(type, rank, Rationals)));
  gens := [];
  for i in [1 .. rank] do
    m := IdentityMat(rank);
    m := List([1 .. rank], j -> IdentityMat(rank)[j] - cartan[j][i] * IdentityMat(rank)[i]);
    Add(gens, m);
  od;
  orbit := Concatenation(Orbits(Group(gens), IdentityMat(rank)));
  return Action(Group(gens), Set(orbit), OnRight);
end;;
Reflection := [];;
for t in [["A",3],["A",4],["A",5],["B",2],["B",3],["B",4],["D",4],["D",5],["F",4],["G",2]] do
  Add(Reflection, WeylGroupPerm(t[1], t[2]));
od;
for g in Reflection do Enter(g); od;
for g in [WeylGroupPerm("F", 4), WeylGroupPerm("B", 4), WeylGroupPerm("D", 5)] do
  for c in ConjugacyClassesSubgroups(g) do
    if Size(Representative(c)) in [101 .. LARGEST] then Enter(Representative(c)); fi;
  od;
od;
Count("reflection groups");

# Linear groups over small fields, on vectors or lines.
for q in Filtered([2 .. 43], IsPrimePowerInt) do
  for g in [PSL(2, q), PGL(2, q), PGammaL(2, q), Action(SL(2, q), NormedRowVectors(GF(q)^2), OnLines)] do
    if Size(g) <= LARGEST then Enter(g); fi;
  od;
  for g in [SL(2, q), GL(2, q), Sp(2, q)] do
    if Size(g) <= LARGEST then Enter(Action(g, Filtered(Elements(GF(q)^2), v -> v <> Zero(v)), OnRight)); fi;
  od;
od;
for g in [GL(3, 2), SL(3, 2), GU(2, 2), GU(2, 3), SU(2, 3), GU(3, 2), SU(3, 2), GammaL(2, 4), GO(3, 3), GO(-1, 4, 2), GO(1, 4, 2), GO(1, 4, 3), SO(3, 5), GO(3, 5), SO(3, 7)] do
  if Size(g) <= LARGEST then Enter(Image(IsomorphismPermGroup(g))); fi;
od;
Count("linear groups");

# Direct and wreath products of small ones.
Small := Concatenation(List([2 .. 6], n -> List([1 .. NrTransitiveGroups(n)], k -> TransitiveGroup(n, k))));;
Small := Concatenation(Small, List([1 .. NrTransitiveGroups(7)], k -> TransitiveGroup(7, k)));;
Small := Concatenation(Small, [TransitiveGroup(8, 5)], Filtered(Reflection, g -> Size(g) <= 400));;
Small := Concatenation(Small, List([7, 8, 9, 10, 11, 12], n -> Group(CyclicGroup(IsPermGroup, n).1)));;
Small := Concatenation(Small, List([8, 9, 10, 11, 12], n -> DihedralGroup(IsPermGroup, 2 * n)));;
Small := Concatenation(Small, [Faithful(SmallGroup(24, 3)), Faithful(SmallGroup(16, 9)), Faithful(SmallGroup(12, 1))]);;
for i in [1 .. Length(Small)] do for j in [1 .. i] do
  if Size(Small[i]) * Size(Small[j]) <= LARGEST then
    g := DirectProduct(Small[i], Small[j]);
    Enter(g);
    for k in [1 .. Minimum(j, 3)] do
      if Size(Small[i]) * Size(Small[j]) * Size(Small[k]) <= LARGEST then Enter(DirectProduct(g, Small[k])); fi;
    od;
  fi;
od; od;
Count("direct products");
for g in Small do for h in Small do
  if IsTransitive(h, MovedPoints(h)) and Size(g)^NrMovedPoints(h) * Size(h) <= LARGEST then Enter(WreathProduct(g, h)); fi;
od; od;
Count("wreath products");

# The families that are named: abelian, dihedral, generalised quaternion.
Abelian := List([1 .. LARGEST], n -> []);;
AbelianTypes := function(n)
  local parts, f;
  parts := List(Collected(FactorsInt(n)), f -> List(Partitions(f[2]), p -> List(p, e -> f[1]^e)));
  return List(Cartesian(parts), Concatenation);
end;;
for n in Filtered([101 .. LARGEST], n -> not n in COMPLETE and IdGroupsAvailable(n)) do
  for inv in AbelianTypes(n) do
    Add(Abelian[n], Concatenation(String(IdGroup(AbelianGroup(inv))[2]), "=",
      JoinStringsWithSeparator(List(Reversed(SortedList(inv)), String), ".")));
  od;
  if n mod 2 = 0 then
    Add(Abelian[n], Concatenation(String(IdGroup(DihedralGroup(n))[2]), "=D", String(n / 2)));
  fi;
  if n mod 4 = 0 then
    Add(Abelian[n], Concatenation(String(IdGroup(DicyclicGroup(n))[2]), "=Q", String(n)));
  fi;
od;
Print("families: ", Sum(Abelian, Length), ", ", Runtime(), " ms\n");

out := OutputTextFile("larger_groups.txt", false);;
SetPrintFormattingStatus(out, false);
for n in [101 .. LARGEST] do
  if Stored[n] = [] and Abelian[n] = [] then continue; fi;
  PrintTo(out, n);
  if n in COMPLETE then PrintTo(out, "!"); fi;
  PrintTo(out, "\n");
  SortBy(Stored[n], r -> r.index);
  for r in Stored[n] do PrintTo(out, r.index, " ", r.hash, r.text, "\n"); od;
  for t in Abelian[n] do PrintTo(out, t, "\n"); od;
od;
CloseStream(out);
QUIT_GAP(0);
