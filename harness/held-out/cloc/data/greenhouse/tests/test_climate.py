from climate import Bed, dew_point


def test_dew_point():
    assert dew_point(20.0, 50.0) == 9.3


def test_a_bed_drinks():
    bed = Bed("mint", 2.0)
    assert bed.water(3.0) == 1.0
    assert bed.thirst == 0.0
