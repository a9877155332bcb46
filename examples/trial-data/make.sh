#!/bin/sh
# Makes decisions.csv again, number for number: 30 virtual people, 42 days, five decision points a day.
# Run from the folder of the repository: sh examples/trial-data/make.sh [FOLDER]
set -eu
out=${1:-examples/trial-data}
journal=$(mktemp -d)/journal.jsonl
microcare=${MICROCARE:-.venv/bin/microcare}
"$microcare" simulate programs/activity --people 30 --days 43 --seed 1 --response examples/trial-data/response.yaml --out "$journal"
"$microcare" export trial "$journal" --only rule=suggest --out "$out/decisions.csv" \
    --columns person,decision_point,day,available,reasons,treated,probability_treated,chosen,p_nothing,p_stretch,p_walk,proximal,opened,dose_7d,x_signals.place,x_signals.weather
rm -r "$(dirname "$journal")"
