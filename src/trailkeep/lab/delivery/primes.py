"""Sixteen primes of 1024 bits: what the embedded organization's digest keys are made of, at once and by seed.

They are public, so the keys protect nothing: they stand for AWS's, which nobody but AWS has. Making primes anew for
every Region would cost a second each.
"""

from __future__ import annotations

import base64

_WRITTEN = """
{0>?CY8DShMs<sc5deK^EZ9NFX(J6MN0QHkaN00%$29>(En-|MwjC%JwM6WnVDBzKy_GY>fA<mr&=<cn
1h&+^D+Pg_>2)$o!yc-|UM(Ba$=3g@q?KGxsr~am@NpN31%^n&BN8Z9WK*FmkfQL;d{$dT)W6D%E9<A*
*iqVoG>SkuSyj1F?yZnH<aZRX*C^P`pvEts-L?uR)O|5~BR{xO4Fy$f3escPPuI(K2LmS2P3O2(rY)sa
s8a2d984@mj3^AJz%6HepqeW(O(?b03d<YXoCBxBj>amsSigo&fb;R{Bx!twDhti9zw-}1H&9fQFE`h1
^7sL32i0!1%LQso2&Hz$qL@u}ub<y=8$CIQv4thbO-9&%7gnQ==`-B94)3Sj%nwmpZVVDze~Pnb)ji1@
0A|bp%t4ctGeqBhftFss^#j?8jK*B`vh|Y>x2`ui?AkR2eh?AG(-Sv!%eco>7?acKBB<w3%?^eOgSHW;
%cylEL8@g0zJ!c{`%%(adjm#Bd%unyF6f&<_!LRKIpAJ8Qi|I3R4306d9*Re$(sR%#pAm=t?GY1e7Tbo
q=sXyTmS6bEsJ>rFV-GY;au22&P(V1ADKg+H>6^*+K1NQ*Nf0oMbA*YZR)*L&^M4a`c@+mH;#{G2kaHs
>H`5uSs_-jSM9AM^aXn^Lj(ld0sk73_|4*?P{%GhTHGG@v}2Diy^Ud>+*b%@<$*jkLm-m^3)jh@jV4G)
ilFaZR6Pl+xoJ3-ua?WMp1s)d{Tt-Df&;IzxYT8ywly8-Me~C-jJ5(BKSKw>Ry=9L8%U)8!mL?<nid9a
%zZWLdASb&>1^6uy3d=uvFcO0-j|TX(q~wt4>Csl_0TkRD-`i0mSjxXDBS6;RMN6xiH4)A50cO?9SU1d
=9S3?&56!yR4<#LhYyC>ZFYtj3#B500+ez=(yCqav~mBe>y%bO;S+foqr^&?$HVX<o(Gm0pdzpZ|Fd~H
-v<fp|9+!EkWIRzV8G3y`UE*z6bFw)e@Fk-KI;fY#{7_oTuKfoEE3Y5@TO>z2c{~ab{6Sz{$&?(h<z%+
$iAI>IrO5?6E4^B6+5B&Fd}BSXv|3&1I%O`IyTO{BhA=27S(WEs+Yw4dB`H3_{1Q+t#kQP(z>7N$5#t4
$$lfT%jz^9Pr`gYuO-rc&mjs`Mj#bdKRvawvOq&4VQ^H5cPtOoC{?=7A*@<`Ob3c6x%FFU@2mC0iECxd
olNZ1z`T^ClG`Ox#0k5hxn>>)wOP=~a(JnBSiE{wR5Z;`RH#LhuTB$r2b#LGXR!U@7Fv$k`cp4#CEhG|
^iLe)Rm!I&V-x`i7FqGl7EA~=@jmz!>z0mMu&``of)oz_1f%asP~S>9^E|yy`h<~<mY8(!^1Fd5M(Ju6
=}SH}@;Y+nT^%tREj*WMFRu|O%(&q9Vw7(@tMlMtC*wj0ZoasFx1`4cWeT%{X*^X!L<XWCE_~7;Vf$*`
-)_jCk`nS6+6pogVq42)iR#VXZH(<KrXk?RT!U8Z@6k^4VFbh;!JUkdRWr~16`X&k`=H}ML^&M+81pXx
GoW6frw)gtH7s2LY&LONA^=0CI<Z@<csRq(X2M>J5WDEy7tmC{r1fy0dg_!*lSEEv(*iALHj9Bas5Y$U
<ZW3wYMtObByXy5jp`c&W>ymy&=-n=VSj5Ut>+p8=~1ux0*{HIKRNd5m#9mZg8<*WDrQ>g_MS8l(0*E+
a{Nj<c|!u;eOC$+;Npv<K!j-YN62r}5-d>{PW!&TBQdx?jHJyWtfrR7s)QPJu^X~MLjH8VL|KW!*7*E6
x+jmWrpioTSMmo#t(<u9$R|Zm$1(Y~w_CGGlqyeEHGa2AKfXF+^Kw7-W?Ow9)9d7pyNrN?1&@p0F|Qsv
=QA2DkRc+yEu~u$6e1cH&TAl_LjXf-xDkCbLf-jiwC4j}EVWTMz@M=*bJp@sPidYJjqt1g6@;sVAmQmJ
^e@|N7k0XY)g{IP`tC8JqV?^=eotRg<9#!AUnL_nhF*e0J&8=~XhKFGC%tqOM=M>`r@r0~WB9lPoWa^k
Ou6uHKM*O!#=B&I>Rh8<xr9Gr=$kdep&`C=J0?XKGt4L)q7kdORpcdiedWHx*vDD6$L)LPzAHD4SKlGu
*CbKQ&cx8xxPB;Gno@jl95jK{uUqzoiL)Sf6c!@p6f6UfawM;{gRsbeyJvxtFfM4FpKp9OcZPRX+6u8%
E*SwkdtH&)c=`zRZdAYH_Yzdg->ljZbvpsf)7GVQjutGSv7@_^W7@}YCsWkN+4*?|OPM($N~FlMkTDns
{2b#iX!gux`52q4=--NL8laCL`9nk${ob)H#&D70(O?6}WrZws$Lu9L!b@NPGtcZ|#OrITZH<?2%R)4I
4_sRZBq0t>A6>I?>y`0G-&(`pX%Mu0QFk$f!j~F~^7#%+^CE~v!}F>PE9iloJN0TGsp~-Hl;DL;6!YuD
;aBx$2$}$r1&_>dCl!0I-Dg@6_{TW2#WkebLhFTN%|{fD?-314Ne_Pgl+GJ3dyIaM7J4eayDL=?zN;`K
{raT(f7kCjK$YYYI1WiRzi(|vag_ptOO)fIix9#TEqrSkHBwFtQ(=CJx4ItgevM;LeHkD+>Kgl-f4nfs
"""
"""Base 85, two lines a prime."""
_LINES = _WRITTEN.split()
PRIMES: tuple[int, ...] = tuple(
    int.from_bytes(base64.b85decode(first + second), "big")
    for first, second in zip(_LINES[::2], _LINES[1::2], strict=True)
)
"""Each with its two highest bits set, so that any two make a modulus of exactly 2048 bits."""
