"""What the product does: no Streamlit, no Plotly. Start with `domain`, then `interviews`."""
