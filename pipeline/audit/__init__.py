"""Office audit: exposure and flags -> leads. Statistics only; knows no check, no file and no clock.

The data's way: permits coded as numbers (`exposure`), what can be counted (`indicators`), tables of units and pairs
(`pairs`), expected counts (`strata`, `effects`, `assignment`), over-dispersion (`dispersion`, `tails`), evidence
(`evidence`) held against chance (`bootstrap`) for each table (`score`), error control (`fdr`, `posterior`), what one
unit explains of another (`candidates`, `second_stage`), when (`windows`), how it is drawn (`funnel`), and all in order
(`leads`).
"""
