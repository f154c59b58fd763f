"""How work is put in order on machines: values in, values out."""
