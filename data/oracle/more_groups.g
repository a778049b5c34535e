# Writes more_groups.json: permutation groups with answers by GAP 4.12.1 (packages smallgrp, transgrp, primgrp).
# gap -q -o 8g more_groups.g </dev/null; the table holds what 15 minutes gave.
J := function(x) local s;
  if IsBool(x) then return String(x); fi;
  if IsString(x) and not IsEmpty(x) then return Concatenation("\"",x,"\""); fi;
  if IsInt(x) then return String(x); fi;
  if IsList(x) then return Concatenation("[",JoinStringsWithSeparator(List(x,J),","),"]"); fi;
  if IsRecord(x) then return Concatenation("{",JoinStringsWithSeparator(List(RecNames(x),n->Concatenation("\"",n,"\":",J(x.(n)))),","),"}"); fi;
  return "null"; end;
img := function(g,n) return List([1..n],i->i^g-1); end;
S := function(n) return Concatenation("",String(n)); end;
analyze := function(name,G,n) local r,o,b,mb,t,set,set2,tup,col,parts,x,sub,cl,T,m,N,no,k;
  r := rec(); r.name := name; r.degree := n;
  r.generators := List(GeneratorsOfGroup(G),g->img(g,n));
  r.order := S(Size(G));
  o := Set(Orbits(G,[1..n]),x->Set(x)); r.orbits := List(o,x->x-1); r.orbit_sizes := List(o,Length);
  if n=1 then r.transitivity := 1; r.primitive := false; else
    if IsTransitive(G,[1..n]) then r.transitivity := Transitivity(G,[1..n]); r.primitive := IsPrimitive(G,[1..n]);
    else r.transitivity := 0; r.primitive := false; fi; fi;


  r.point_stabilizer_order := S(Size(Stabilizer(G,1)));
  set := Set(List([1..Int((n+1)/2)],i->Random([1..n]))); r.set_stabilizer := rec(order:=S(Size(Stabilizer(G,set,OnSets))),set:=set-1);
  set2 := Set(List([1..Int((n+2)/3)],i->Random([1..n]))); r.set_stabilizer_2 := rec(order:=S(Size(Stabilizer(G,set2,OnSets))),set:=set2-1);
  tup := List([1..Minimum(3,n)],i->Random([1..n])); r.tuple_stabilizer := rec(order:=S(Size(Stabilizer(G,tup,OnTuples))),tuple:=tup-1);
  col := List([1..n],i->Random([0..2])); 
  N := G; for k in [0..2] do N := Stabilizer(N,Filtered([1..n],i->col[i]=k),OnSets); od;
  r.coloring_stabilizer := rec(order:=S(Size(N)),coloring:=col);
  if n >= 4 then
    k := Random([2..3]); 
    x := Permuted([1..n],Random(SymmetricGroup(n)));
    m := Int(n/k);
    parts := List([1..k],i->Set(x{[(i-1)*m+1..i*m]}));
    r.partition_stabilizer := rec(order:=S(Size(Stabilizer(G,Set(parts),OnSetsSets))),parts:=List(parts,p->p-1));
  fi;
  r.center_order := S(Size(Centre(G))); r.derived_order := S(Size(DerivedSubgroup(G)));
  r.abelian_invariants := AbelianInvariants(G); r.is_abelian := IsAbelian(G); r.is_solvable := IsSolvableGroup(G); r.is_nilpotent := IsNilpotentGroup(G); r.is_perfect := IsPerfectGroup(G); r.is_simple := IsSimpleGroup(G) ;
  r.derived_series_orders := List(DerivedSeriesOfGroup(G),h->S(Size(h)));
  if Size(G)<=100 then r.id_small_group := IdSmallGroup(G); fi;
  r.members := List([1..3],i->img(Random(G),n));
  x := Random(G); r.centralizer := rec(element:=img(x,n),order:=S(Size(Centralizer(G,x))),element_order:=Order(x));
  if Random([1,2])=1 then sub := Subgroup(G,[Random(G)]); else sub := SylowSubgroup(G,Random(Set(Factors(Size(G))))); 
    if Random([1,2])=1 and not IsTrivial(sub) then sub := Subgroup(G,GeneratorsOfGroup(sub){[1..Minimum(2,Length(GeneratorsOfGroup(sub)))]}); fi; fi;
  if Random([1..4])=1 then sub := Stabilizer(G,Random([1..n])); fi;
  if Length(GeneratorsOfGroup(sub))=0 then sub := Group(()); fi;
  r.normalizer := rec(order:=S(Size(Normalizer(G,sub))),subgroup_generators:=List(GeneratorsOfGroup(sub),g->img(g,n)),subgroup_order:=S(Size(sub)));
  r.orbits_on_pairs := Length(Orbits(G,Tuples([1..n],2),OnTuples));
  r.sylow_orders := List(Collected(Factors(Size(G))),x->x); if Size(G)=1 then r.sylow_orders := []; fi;
  r.n_sylow_subgroups := List(r.sylow_orders,x->[x[1],Index(G,Normalizer(G,SylowSubgroup(G,x[1])))]);
  if Size(G) < 10^7 then
    cl := ConjugacyClasses(G); r.n_conjugacy_classes := Length(cl);
    r.class_sizes := List(SortedList(List(cl,c->[Order(Representative(c)),Size(c)])),x->[x[1],S(x[2])]);
    r.exponent := S(Exponent(G));
    for k in [2,3] do
      r.(Concatenation("burnside_colorings_",String(k))) := S(Sum(cl,c->Size(c)*k^(Length(Cycles(Representative(c),[1..n]))))/Size(G)); od;
    r.n_normal_subgroups := Length(NormalSubgroups(G));
  fi;
  r.composition_factors := List(CompositionSeries(G),Size); r.composition_factors := List([1..Length(r.composition_factors)-1],i->S(r.composition_factors[i]/r.composition_factors[i+1]));
  if Size(G)<=1000 then x := ConjugacyClassesSubgroups(G); r.n_subgroup_classes := Length(x); r.n_subgroups := Sum(x,Size); fi;
  return r; end;
out := OutputTextFile("more_groups.json",false); SetPrintFormattingStatus(out,false);
WriteAll(out,"[\n"); first := true;
put := function(name,G,n) local r; r := analyze(name,G,n); if not first then WriteAll(out,",\n"); fi; first := false; WriteAll(out,J(r)); Print(name," ",r.order,"\n"); end;
Reset(GlobalMersenneTwister,77);
for d in [9,10,12,14,15,16] do N := NrTransitiveGroups(d); for i in [1..12] do k := Random([1..N]); put(Concatenation("T(",String(d),",",String(k),")"),TransitiveGroup(d,k),d); od; od;
for d in [16,20,21,22,24,25,26,27,28,30,32,35,36,40] do N := NrPrimitiveGroups(d); for i in [1..2] do k := Random([1..N]); if Size(PrimitiveGroup(d,k))<10^12 then put(Concatenation("P(",String(d),",",String(k),")"),PrimitiveGroup(d,k),d); fi; od; od;
for i in [1..40] do o := Random([2..100]); k := Random([1..NumberSmallGroups(o)]); G := SmallGroup(o,k); H := Image(IsomorphismPermGroup(G)); 
 if Random([1,2])=1 then H := Image(SmallerDegreePermutationRepresentation(H)); fi; put(Concatenation("small ",String(o)," ",String(k)),H,Maximum(LargestMovedPoint(H),1)); od;
# random intransitive and scrambled
for i in [1..15] do n := Random([6..14]); G := Group(List([1..2],j->Random(SymmetricGroup(Random([3..n])))*Random([(),(1,2),(1,2,3)]))); p := Random(SymmetricGroup(n)); G := G^p; put(Concatenation("random ",String(i)),G,n); od;
A := [SymmetricGroup(3),SymmetricGroup(4),AlternatingGroup(5),DihedralGroup(IsPermGroup,8),CyclicGroup(IsPermGroup,6),AlternatingGroup(4),PSL(2,7),MathieuGroup(11),PrimitiveGroup(9,3)];
for i in [1..12] do G := Random(A); H := Random(A); D := DirectProduct(G,H); put(Concatenation("product ",String(i)),D^Random(SymmetricGroup(LargestMovedPoint(D))),LargestMovedPoint(D)); od;
for i in [1..8] do G := Random(A); H := Random([SymmetricGroup(2),CyclicGroup(IsPermGroup,3),SymmetricGroup(3)]); D := WreathProduct(G,H); put(Concatenation("wreath ",String(i)),D,LargestMovedPoint(D)); od;
# subdirect
for i in [1..8] do G := DirectProduct(Random(A),Random(A)); H := Subgroup(G,[Random(G),Random(G)]); if Size(H)>1 then put(Concatenation("subdirect ",String(i)),H,LargestMovedPoint(G)); fi; od;
WriteAll(out,"\n]\n"); CloseStream(out); QUIT;
