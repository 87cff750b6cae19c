from ferry.fares import fare


def test_a_car_costs_more_with_six():
    assert fare("car", 6) > fare("car", 5)
    assert fare("car", 5) == 2900


def test_residents_pay_no_more_in_summer():
    for kind in ("foot", "car"):
        assert fare(kind, 1, summer=True, resident=True) == fare(kind, 1)
