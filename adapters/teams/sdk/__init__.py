"""The only place that knows Microsoft's SDK (botbuilder 4.17.1), and where its faults are mended. Its makers no longer
support it, so what replaces it one day replaces this folder alone; nothing of its types leaves here.
"""
