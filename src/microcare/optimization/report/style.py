"""How the report looks: one style for light and dark, phone and desk, screen and paper."""

STYLE = """
:root{color-scheme:light dark;--paper:#fff;--ink:#18222c;--soft:#52606d;--line:#d7dee5;--band:#f3f6f8;--main:#0b6e66;
--main-soft:#bfe0db;--warm:#9a4a00;--warm-soft:#ffe3c7;--grey:#66727e;--bad:#a5342b;--zero:#8794a1}
@media (prefers-color-scheme:dark){:root{--paper:#12181e;--ink:#e7edf2;--soft:#a7b4c0;--line:#33404c;--band:#1a222a;--main:#62cfc3;
--main-soft:#1f4a46;--warm:#ffb877;--warm-soft:#4a3013;--grey:#9aa7b3;--bad:#ff9a8f;--zero:#6d7b88}}
*{box-sizing:border-box}body{overflow-wrap:anywhere}td,th{overflow-wrap:break-word}html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,
"Liberation Sans",sans-serif}
main,header{max-width:64rem;margin:0 auto;padding:0 1.1rem}header{padding-top:2rem}main{padding-bottom:4rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .3rem}h2{font-size:1.3rem;margin:3rem 0 .4rem;padding-top:1.2rem;
border-top:1px solid var(--line)}h3{font-size:1.05rem;margin:2rem 0 .3rem}p{margin:.4rem 0 .8rem;max-width:44rem}
.soft,figcaption,.note{color:var(--soft);font-size:.9rem}
.tag{display:inline-block;font-size:.78rem;font-weight:600;padding:.1rem .55rem;border-radius:1rem;border:1px solid currentColor}
.settled{color:var(--main)}.likely{color:var(--warm)}.open{color:var(--grey);border-style:dashed}
nav{margin:1rem 0}nav a{margin-right:1rem;display:inline-block}a{color:var(--main)}
ol.changes{list-style:none;padding:0;margin:1rem 0}
ol.changes li{border:1px solid var(--line);border-left:5px solid var(--grey);border-radius:.5rem;padding:.8rem 1rem;margin:.7rem 0}
ol.changes li.is-settled{border-left-color:var(--main)}ol.changes li.is-likely{border-left-color:var(--warm)}
ol.changes b{display:block;font-size:1.08rem;line-height:1.35;margin:.25rem 0 .2rem}ol.changes p{margin:0}
ol.changes .how{margin-top:.3rem;color:var(--soft);font-size:.9rem}
.lead{font-size:1.05rem}.untold li{margin:.3rem 0}.untold small{color:var(--soft)}
figure{margin:1rem 0 1.6rem}figcaption{margin-top:.5rem;max-width:46rem}
.caution{color:var(--warm)}.caution::before{content:"! ";font-weight:700}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;padding:.45rem .6rem .45rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:.85rem}
tbody th{color:var(--ink);font-size:.95rem;min-width:9.5rem}td small,th small{display:block;font-weight:400;color:var(--soft)}
td.n{font-variant-numeric:tabular-nums}td.n small{white-space:nowrap}td.n .caution{max-width:9rem;font-size:.8rem;line-height:1.25}
.forest{display:grid;grid-template-columns:minmax(8rem,15rem) minmax(8rem,1fr) fit-content(13rem);gap:0 1rem;align-items:center;grid-auto-flow:dense}
.forest .label{grid-column:1}.forest .bar{grid-column:2}.forest .nums{grid-column:3}
.forest>div{padding:.42rem 0;border-bottom:1px solid var(--line);height:100%;display:flex;flex-direction:column;justify-content:center}
.forest .head{font-size:.85rem;font-weight:600;color:var(--soft);padding-top:.9rem}
.forest .nums{font-variant-numeric:tabular-nums;text-align:right;line-height:1.3}.forest small{color:var(--soft);font-size:.8rem}
.iv{position:relative;height:1.5rem;width:100%}.iv i,.iv b,.iv u{position:absolute;display:block}
.iv u{top:-.42rem;bottom:-.42rem;width:1px;background:var(--zero)}.iv i{top:.62rem;
height:.28rem;border-radius:.2rem;background:var(--grey);opacity:.75}
.iv b{width:.72rem;height:.72rem;margin-left:-.36rem;top:.4rem;border-radius:50%;background:var(--grey)}
.iv.yes i,.iv.yes b{background:var(--main)}.iv.no i,.iv.no b{background:var(--bad)}.iv em{position:absolute;font-style:normal;font-size:.8rem;
color:var(--soft)}
.axis{position:relative;height:1.2rem;font-size:.75rem;color:var(--soft)}.axis span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.axis span:first-child{transform:none}.axis span:last-child{transform:translateX(-100%)}
.meter{position:relative;max-width:9rem;
height:.55rem;background:var(--band);border:1px solid var(--line);border-radius:.3rem;min-width:5rem;margin-top:.2rem}
.meter i{position:absolute;top:0;bottom:0;left:0;background:var(--main-soft);border-radius:.3rem 0 0 .3rem}
.meter s{position:absolute;top:.16rem;height:.14rem;background:var(--main)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(18rem,100%),1fr));gap:1rem 2rem}
svg{width:100%;height:auto;display:block;max-width:36rem}svg text{fill:var(--soft);font-size:11px;font-family:inherit}
svg .ink{fill:var(--ink)}svg .bold{font-weight:600}
svg .line{stroke:var(--main);stroke-width:2.2;fill:none}svg .band{fill:var(--main-soft);opacity:.75}
svg .grid{stroke:var(--line)}svg .zero{stroke:var(--zero);stroke-dasharray:4 3}svg .bar{fill:var(--main-soft)}
svg .whisker{stroke:var(--main);stroke-width:1.6}svg .dot{fill:var(--main)}svg .box{fill:var(--band);stroke:var(--line)}
svg .good{fill:var(--main);opacity:.55}svg .poor{fill:var(--bad);opacity:.4}svg .even{fill:var(--grey);opacity:.3}
dt{margin-top:.6rem}dd{margin:.1rem 0 0;max-width:44rem}
details{margin:.8rem 0;border:1px solid var(--line);border-radius:.5rem;padding:.5rem .9rem}summary{cursor:pointer;font-weight:600}
summary:focus-visible,a:focus-visible,.scroll:focus-visible{outline:3px solid var(--main);outline-offset:2px}
@media (max-width:40rem){.forest{grid-template-columns:minmax(0,1fr) fit-content(55%);gap:0 .8rem}.forest .nums{grid-column:2}
.forest .bar{grid-column:1/-1;padding:0 0 .5rem}.forest .label,.forest .nums{border-bottom:0;padding-bottom:0}
.forest .bar.head{display:none}.forest .label.foot,.forest .nums.foot{display:none}h1{font-size:1.45rem}
table.cards thead{position:absolute;left:-999rem}table.cards tr{display:grid;grid-template-columns:1fr 1fr;gap:.1rem .9rem;border-bottom:1px solid
var(--line);padding:.7rem 0}table.cards td,table.cards th{border:0;padding:.15rem 0}table.cards th{grid-column:1/-1;color:var(--ink);font-size:1rem}
tbody th{min-width:0}td.n .caution{max-width:none}
table.cards td::before{content:attr(data-of);display:block;font-size:.78rem;color:var(--soft)}td.n{white-space:normal}}
@media print{nav{display:none}details{border:0;padding:0}ol.changes li,figure{break-inside:avoid}}
"""
